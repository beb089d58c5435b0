"""The ports through which the core reads and writes queue items, one for each role."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import HoldReason, PausedBy, Queue, State
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Withdrawal


class Part(NamedTuple):
    """One of several parts into which the sweeper's indexes are divided, to be swept side by side."""

    number: int  # from 0
    of: int


ALL: Final = Part(0, 1)


class Incomplete(list[str]):
    """Ids of users that an index has named, although `unread` of its shards could not be read."""

    def __init__(self, user_ids: Iterable[str] = (), *, unread: int) -> None:
        super().__init__(user_ids)
        self.unread = unread


class QueueStore(Protocol):
    """Numbers, cursors and state of every queue. Each method is one conditional write or one consistent read.

    A write raises LostRaceError if its condition does not hold, and then has changed nothing. A write whose
    answer was lost may be repeated on the way; its repetition then finds that the condition no longer holds.
    Every method raises UnavailableError if the store does not answer. Where a `session_id` is given, it is
    one more condition that this session is live; a service's access (access.py) instead has the condition
    that the user is neither blocked nor to be removed.
    """

    def get(self, user_id: str) -> Queue | None: ...

    def page(self, after: str | None, limit: int) -> Sequence[Queue]:
        """Queues of all users, in no particular order, beginning behind the user `after`."""
        ...

    def take_numbers(
        self, user_id: str, session_id: str, count: int, now: Millis, withdrawal: "Withdrawal | None" = None
    ) -> Queue:
        """Give out `count` numbers; the last of them is the tail of the returned queue.

        A queue that the sweeper would not look at gets a moment: `first_look`.
        Condition: the queue has room for that many requests. For a service's access, second condition: it is
        not closed. With a withdrawal, third condition: it finds the user's bucket as it must be, from which
        it takes tokens in the same write.
        """
        ...

    def withdraw(self, user_id: str, session_id: str, now: Millis, withdrawal: "Withdrawal") -> Queue:
        """Take tokens out of the user's bucket. Condition: the withdrawal finds it as it must be."""
        ...

    def open_for_service(self, user_id: str, now: Millis) -> None:
        """Open a closed queue, or create one, with a moment at which the sweeper looks at it.

        It has been used at `now`. It gets the present limit, and keeps its pause. Conditions: there is no
        queue; or it is closed, and the user is neither blocked nor to be removed.
        """
        ...

    def advance(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        """Move the head, give the room back, and note what is paced. `next_look` moves the sweeper's look.

        Condition: the head, and when it moved last, are as `queue` has them. So it is no later queue of the
        name, after a removal: that has another moment from its beginning.
        If `progress` has callbacks that are owed, they are owed from then on, behind those that are already.
        """
        ...

    def go_idle(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        """Advance, and note that no worker is awake.

        Conditions: as for `advance`, and no number was given out since.
        """
        ...

    def look_soon(self, queue: Queue, now: Millis) -> Queue:
        """Have the sweeper look soon at a queue with work. Condition: as for `advance`."""
        ...

    def claim_wake_up(self, queue: Queue, now: Millis) -> None:
        """Note that the caller sends another wake-up because the last one may be lost: `awake` becomes `now`.

        Condition: `awake` is as `queue` has it. Of many callers at once, one may send.
        """
        ...

    def move_read(self, queue: Queue, session_id: str, read: int, token: str, now: Millis) -> None:
        """Move `read`, and note by which call. Condition: `read` is where `queue` has it."""
        ...

    def change_state(self, queue: Queue, state: State, now: Millis, session_id: str | None = None) -> Queue:
        """Halt the queue, or open a halted or held one; if it is under a pause, it is paused when it opens.

        Condition: state, pause and `awake` are as `queue` has them; to halt it, also as for `advance`.
        Opening sets `awake` to `now`: the caller must send a wake-up. The sweeper looks soon, if it would
        look at all.
        """
        ...

    def hold(self, queue: Queue, hold: HoldReason) -> Queue:
        """Hold the queue, or note for a held one why it is held now.

        Conditions: as for halting it in `change_state`. A pause is kept for when the queue opens. The sweeper
        does not look late: `look_at_hold`.
        """
        ...

    def change_pause(
        self, queue: Queue, paused_by: PausedBy | None, now: Millis, session_id: str | None = None
    ) -> Queue:
        """Pause the queue, or end its pause. A closed queue stays closed. Condition: as for `change_state`.

        If the queue opens, `awake` becomes `now`: the caller must send a wake-up. The sweeper looks soon.
        """
        ...

    def purge(self, queue: Queue, forget: bool, now: Millis, session_id: str | None = None) -> Queue:
        """Mark all numbers up to the tail of `queue` as purged, with `forget` also as forgotten.

        A halted or held queue opens. Conditions: as for `change_state`, and no later number is purged. Unless
        the queue is closed, `awake` becomes `now`: the caller must send a wake-up. The sweeper looks soon.
        """
        ...

    def close(self, queue: Queue) -> None:
        """Close the queue. Its pause is kept for whoever opens it again.

        Conditions: it is drained, its live sessions are as `queue` has them, no callback is owed, and it is
        not to be removed.
        """
        ...


class Connections(Protocol):
    """Who is connected to a queue, and who may connect. Conditions and errors are as in `QueueStore`."""

    def open_session(
        self,
        user_id: str,
        session_id: str,
        expires_at: Millis,
        now: Millis,
        username: str = "",
        *,
        generation: int = 0,
    ) -> Queue:
        """Add a live session. A queue that does not exist is created, a closed one is opened.

        Conditions: the user is not blocked, and the queue's generation is `generation`, which is that of the
        account whose password was verified.
        """
        ...

    def extend_session(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> None:
        """Let a session expire later. Condition: it is live."""
        ...

    def end_session(self, user_id: str, session_id: str, expiry: Millis | None = None) -> Queue | None:
        """Remove a live session; harmless if there is none. None if the user has no queue.

        Condition, if `expiry` is given: the session expires then. If it does not, this gives None.
        """
        ...

    def evict_others(self, queue: Queue, session_id: str, now: Millis) -> Queue:
        """Begin the next generation of sessions, with this session as its only one.

        Condition: the session is live and expires when `queue` says.
        """
        ...

    def evict_all(self, queue: Queue) -> Queue:
        """Begin the next generation of sessions, with none.

        Conditions: generation and live sessions are as `queue` has them, and it is not to be removed.
        """
        ...

    def create_closed(self, user_id: str, generation: int, now: Millis, username: str) -> None:
        """Make a closed queue of this generation. Condition: there is none."""
        ...

    def block(self, user_id: str, now: Millis, username: str = "") -> None:
        """End all sessions and let none be opened, not even a first one."""
        ...

    def unblock(self, user_id: str) -> None:
        """Let sessions be opened again, unless the queue is to be removed."""
        ...

    def mark_for_removal(self, user_id: str, now: Millis) -> None:
        """Block the user for good, and let the sweeper remove the queue. Condition: there is a queue.

        Its sessions are over; it keeps their ids, so that whoever completes the deletion can delete them.
        """
        ...


class SweepIndex(Protocol):
    """How the sweeper finds the queues that need it. Conditions and errors are as in `QueueStore`."""

    def due(self, until: Millis | None, part: Part = ALL) -> Sequence[str]:
        """Ids of users at whose queues the sweeper is to look by `until`; with None, at whatever moment.

        Those are all that have work, or had some lately. The index has several shards. A shard that cannot be
        read is left out; then the ids are an `Incomplete`.
        """
        ...

    def with_expired_sessions(self, now: Millis, part: Part = ALL) -> Sequence[str]:
        """Ids of users with open queues whose sessions may all have expired by `now`.

        This goes by the expiry that was noted last: by a sign-in, a refresh or `clear_work_mark`. A shard of
        the index that cannot be read is left out.
        """
        ...

    def get_many(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        """The queues of these users as far as they exist, in no particular order."""
        ...

    def put_off(self, queue: Queue, until: Millis) -> None:
        """The sweeper looks at a queue that is due at `until`, and not before.

        Conditions: head, moment, state, `awake` and whether callbacks are owed are as `queue` has them, and
        it is not to be removed. (The end of a pause has moved the moment.)
        """
        ...

    def clear_work_mark(self, queue: Queue) -> None:
        """The sweeper looks at the queue no more. It is noted when the last of the queue's sessions expires.

        Conditions: head, tail and sessions are as `queue` has them, no callback is owed, and it is not to be
        removed.
        """
        ...
