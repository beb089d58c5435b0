"""What queueing needs of the outside: stores, wake-ups, and somebody who removes accounts."""

from typing import TYPE_CHECKING, Protocol

from chalicelib.core.queueing.callback_store import CallbackStore
from chalicelib.core.queueing.entry_store import EntryStore
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.notes import NoteStore
from chalicelib.core.queueing.queue_store import Connections, QueueStore, SweepIndex
from chalicelib.core.queueing.removal_store import UserRemoval
from chalicelib.core.queueing.request_store import KeyStore, RequestStore

if TYPE_CHECKING:
    from chalicelib.core.queueing.object_store import ObjectStore


class Store(Protocol):
    """All store ports over the same data. Use cases take the ports that they need."""

    @property
    def queues(self) -> QueueStore: ...
    @property
    def requests(self) -> RequestStore: ...
    @property
    def keys(self) -> KeyStore: ...
    @property
    def notes(self) -> NoteStore: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def sweep_index(self) -> SweepIndex: ...
    @property
    def removal(self) -> UserRemoval: ...
    @property
    def entries(self) -> EntryStore: ...
    @property
    def callbacks(self) -> CallbackStore: ...
    @property
    def objects(self) -> "ObjectStore | None":
        """The bucket for uploads; None: the deployment has none."""
        ...


class WakeUps(Protocol):
    """Messages that say "this user's queue has work". They carry no work themselves."""

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
        """Tell the workers of a lane that the user's queue has work at least up to `seq`.

        A second message with the same `wake_up_id` may be dropped. While a worker serves the user, no other
        worker of that lane receives a message for the user.

        Raises UnavailableError if the message could not be handed over.
        """
        ...


class VisibilityLease(Protocol):
    """The right to serve one wake-up. While it is held, no other worker is woken for this user."""

    def hold(self, seconds: float) -> None:
        """Hold it for this long from now; after that the wake-up is delivered again.

        Raises UnavailableError if that could not be arranged, or if the lease has run out.
        """
        ...


class SessionRemoval(Protocol):
    """Removes what is stored of sessions beside the queue."""

    def remove(self, session_id: str, user_id: str) -> None:
        """Remove the session if it is this user's; harmless if it is not, or if there is none."""
        ...


class AccountRemoval(Protocol):
    """Removes the account that a queue belongs to."""

    def remove(self, username: str, user_id: str) -> None:
        """Remove the account if it is this user's; harmless if it is not, or if there is none."""
        ...
