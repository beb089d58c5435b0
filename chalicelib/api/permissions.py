"""The permissions of operations. Those of users' queues are scopes: see core/identity/scopes.py."""

from typing import Final

ADMIN: Final = "admin"  # administrators; no scope
READ: Final = "read"
DEQUEUE: Final = "dequeue"
CONTROL: Final = "control"
ENQUEUE: Final = "enqueue"
TOKENS: Final = "tokens"
OWN: Final = frozenset({READ, DEQUEUE, CONTROL, ENQUEUE})  # what users may do with their own queue
