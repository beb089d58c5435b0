"""Runs what an application does when a user is deleted. See core/queueing/hooks.py."""

from dataclasses import replace
from typing import Any

from chalicelib.adapters.runtime.runner import completed, run
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.attempt import Ran, Taken
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.request import Request


def run_hook(
    hook: Handler, request: Request, taken: Taken, seconds: float, *, application: Application
) -> Ran:
    """Like `run`. What the hook returns is nobody's result, and need not have a JSON form."""
    return run(without_result(hook), request, taken, seconds, application=application)


def without_result(hook: Handler) -> Handler:
    """The hook, which is awaited or iterated to its end, and returns None."""

    def complete(user: str, **wanted: Any) -> None:
        completed(hook.function(user, **wanted))

    return replace(hook, function=complete)
