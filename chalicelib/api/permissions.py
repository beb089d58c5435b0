"""The permissions of operations. Those of users' queues are scopes."""

from typing import Final

from chalicelib.core.identity.scopes import CONTROL, DEQUEUE, ENQUEUE, READ, TOKENS

__all__ = ["ADMIN", "CONTROL", "DEQUEUE", "ENQUEUE", "OWN", "READ", "TOKENS"]

ADMIN: Final = "admin"  # administrators; no scope
OWN: Final = frozenset({READ, DEQUEUE, CONTROL, ENQUEUE})  # what users may do with their own queue
