"""The handler that a test hands over, refused where a deployment would refuse it."""

from collections.abc import Callable
from typing import Any

from chalicelib.core.queueing.handler import Handler, declarations
from chalicelib.handlers.inventory import declared

_sound = dict[int, Handler]()  # by identity: types need not be hashable


def declaration(function: Callable[..., Any]) -> Handler:
    """Raises LookupError if it is not declared, TypeError if a type has no JSON form."""
    found = declarations(function)
    if not found:
        raise LookupError(f"{function!r} is not declared as a handler.")
    if id(found[0]) not in _sound:  # crash_everywhere asks hundreds of times
        declared(found[0])
        _sound[id(found[0])] = found[0]
    return found[0]
