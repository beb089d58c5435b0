"""What an application declares beside its handlers: functions that are called when a user is deleted."""

import inspect
from collections.abc import Callable
from typing import Any, Final

from chalicelib.core.queueing.handler import Handler, HandlerFunction, place_of
from chalicelib.core.queueing.policy import Policy

DELETE_USER: Final = "~delete-user"  # in the logs; nobody can send a request of a type like this
MARK = "__gurukool_on_delete_user__"  # the attribute of a function that holds its declaration
LONGEST_S = 30.0  # what is left of a worker's minute must be enough


def on_delete_user[F: HandlerFunction](*, timeout: float = 10.0) -> Callable[[F], F]:
    """Declare the function that deletes what the application has of a user: `(user[, request])`.

    It is called when a user is deleted, after the last request of the user has ended and before our own data
    go, again and again until it returns. It may have run before, wholly or in part, so it must delete what is
    there and not mind what is not. `user` is the id of the account, or the name that a service has given.
    `request` has the resources and the settings of the application, and no number. `timeout` is in seconds,
    at most 30. An application has one such function.

        @on_delete_user()
        def forget(user: str, request: Request) -> None:
            request.resources.table("balances").bind(Balance)(user).delete()

    Raises TypeError or ValueError where the declaration is wrong.
    """
    if not 0 < timeout <= LONGEST_S:
        raise ValueError(f"on_delete_user: timeout must be more than 0 and at most {LONGEST_S:g} seconds")

    def declare(function: F) -> F:
        if not inspect.isfunction(function) or inspect.isasyncgenfunction(function):
            raise TypeError(f"on_delete_user: a function is needed, not {function!r:.100}")
        names = list(inspect.signature(function).parameters)
        if names not in (["user"], ["user", "request"]):
            raise TypeError("on_delete_user: the function takes user, and request if it needs it")
        wants = tuple(names[1:])
        hook = Handler(DELETE_USER, function, str, Any, timeout, Policy(), wants, place=place_of(function))
        setattr(function, MARK, hook)
        return function

    return declare


def hook_of(thing: object) -> Handler | None:
    """What `@on_delete_user` has declared about a function; None for anything else."""
    return getattr(thing, MARK, None) if inspect.isfunction(thing) else None
