"""What an application does when a user is deleted."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.adapters.runtime.hooks import without_result
from chalicelib.core.queueing.application import Setting
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.hooks import DELETE_USER, hook_of
from gurukool.testing.application import NONE, application
from gurukool.testing.queue import USER


def delete_user(
    function: Callable[..., Any],
    user: str = USER,
    *,
    settings: Mapping[str, Setting] = NONE,
    secrets: Mapping[str, str] = NONE,
) -> None:
    """Call the function that `@on_delete_user` declares, once, as a worker does. What it returns is ignored.

    It gets what the innermost block of `resources` has made. Raises what the function raises, and LookupError
    if it is not declared.
    """
    hook = hook_of(function)
    if hook is None:
        raise LookupError(f"{function!r} is not declared by @on_delete_user.")
    given = application(settings, secrets)
    request = HandlerRequest(user, 0, DELETE_USER, resources=given.resources, settings=given.settings)
    without_result(hook)(user, request, None)
