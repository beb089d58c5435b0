"""Scopes: what a service, or whoever has a token from it, may do with a user's queue."""

import re
from collections.abc import Iterable
from typing import Final

from chalicelib.core.errors import ForbiddenError

READ: Final = "read"  # show the queue, its requests, events and outcomes
DEQUEUE: Final = "dequeue"  # take outcomes, and mark them as read
CONTROL: Final = "control"  # pause, purge, cancel, stop, retry, skip, signal, delete
TOKENS: Final = "tokens"  # make tokens for a user
ENQUEUE: Final = "enqueue"  # send requests: the scope says of which types, as `enqueue:charge` or `enqueue:*`
ANY_TYPE: Final = f"{ENQUEUE}:*"
OWN_QUEUE: Final = frozenset({READ, DEQUEUE, CONTROL, ANY_TYPE})  # all that users may do with their queue

FORM = re.compile(rf"{READ}|{DEQUEUE}|{CONTROL}|{TOKENS}|{ENQUEUE}:(\*|[A-Za-z0-9][A-Za-z0-9._-]{{0,63}})")

Scopes = frozenset[str]


def allows(scopes: Scopes, wanted: str) -> bool:
    """Whether the scopes have `wanted`; for ENQUEUE, of any type.

    >>> allows(frozenset({"enqueue:charge"}), ENQUEUE), allows(frozenset({"read"}), CONTROL)
    (True, False)
    """
    return wanted in scopes or (wanted == ENQUEUE and any(s.startswith(f"{ENQUEUE}:") for s in scopes))


def beyond(scopes: Scopes, wanted: Iterable[str]) -> list[str]:
    """Those of `wanted` that whoever has these scopes cannot pass on: what they lack, and TOKENS.

    >>> beyond(frozenset({"enqueue:*", "read", "tokens"}), ["enqueue:charge", "read", "control", "tokens"])
    ['control', 'tokens']
    """

    def is_covered(scope: str) -> bool:
        return scope in scopes or (ANY_TYPE in scopes and scope.startswith(f"{ENQUEUE}:"))

    return [scope for scope in wanted if scope == TOKENS or not is_covered(scope)]


def require_types(scopes: Scopes | None, types: Iterable[str]) -> None:
    """Raises ForbiddenError unless requests of all these types may be sent. None: there is no limit."""
    if scopes is None or ANY_TYPE in scopes:
        return
    if refused := sorted({type_ for type_ in types if f"{ENQUEUE}:{type_}" not in scopes}):
        raise missing(*(f"{ENQUEUE}:{type_}" for type_ in refused))


def missing(*scopes: str) -> ForbiddenError:
    return ForbiddenError(f"This takes the scope {', '.join(scopes)}.", code="scope_missing")
