"""For the tests of an application: its handlers under the real core, in memory, without anybody waiting.

`run` carries one request out. `Queue` has the queues of all users. `crash_everywhere` ends the worker's
process at every point of a request and finds what happens twice. `resources` makes the application's tables,
in memory. `Outside` watches what handlers call. `http` is the handler for webhooks. Nothing of it is
deployed, and every test runner can use it.
"""

from chalicelib.core.errors import ConflictError, NotFoundError
from gurukool.testing.callbacks import Push
from gurukool.testing.crashes import Survived, crash_everywhere
from gurukool.testing.events import Event
from gurukool.testing.findings import Finding, NotOnceError
from gurukool.testing.memory import resources
from gurukool.testing.outcome import Error, Outcome
from gurukool.testing.outside import Call, Outside
from gurukool.testing.places import Place
from gurukool.testing.queue import Queue
from gurukool.testing.single import run
from gurukool.testing.users import delete_user
from gurukool.testing.webhooks import http, receiver_secret

__all__ = [
    "Call",
    "ConflictError",
    "Error",
    "Event",
    "Finding",
    "NotFoundError",
    "NotOnceError",
    "Outcome",
    "Outside",
    "Place",
    "Push",
    "Queue",
    "Survived",
    "crash_everywhere",
    "delete_user",
    "http",
    "receiver_secret",
    "resources",
    "run",
]
