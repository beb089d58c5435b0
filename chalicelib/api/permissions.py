"""The permissions of operations. Those of users' queues are scopes: see core/identity/scopes.py."""

from typing import Final

ADMIN: Final = "admin"  # administrators; no scope
READ: Final = "read"
DEQUEUE: Final = "dequeue"
CONTROL: Final = "control"
ENQUEUE: Final = "enqueue"
TOKENS: Final = "tokens"
