"""What the core needs of the outside: a clock, the log, wake-ups. account_ports.py has the rest."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.core.queueing.idempotency import IdempotencyKey, Known
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import PausedBy, Queue, State
from chalicelib.core.queueing.request import Failure, Outcome, Request
from chalicelib.core.time import Millis


class Log(Protocol):
    """The ordered log of every user. Each method is one conditional write or one consistent read.

    Writes raise LostRaceError when their condition does not hold, and then have changed nothing. A write
    whose answer was lost may be repeated on the way, and then find that it has itself been first. All raise
    UnavailableError when the store does not answer. Where a `session_id` is given, the session must be live.
    """

    # Numbers and places

    def take_numbers(self, user_id: str, session_id: str, count: int, now: Millis) -> Queue:
        """Give out `count` numbers, the last of which is the tail of the queue returned.

        On condition that there is room.
        """
        ...

    def write(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        """On condition that its number's place is empty.

        With a key, note also that it stands for the requests from this one to number `last`, on condition
        that the key is not noted yet; both or neither.
        """
        ...

    def known(self, user_id: str, key: str, now: Millis) -> Known | None:
        """What the key stands for, while that has no outcome or has not expired."""
        ...

    def expire(self, request: Request, now: Millis) -> None:
        """The head has passed this request, which has an outcome.

        From now on it may expire, if it did not before; the key that ends with it expires together with it.
        """
        ...

    # One request

    def request(self, user_id: str, seq: int) -> Request | None: ...

    def requests(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        """Those with numbers above `after`, in order; voids included, holes left out."""
        ...

    def requests_without_payloads(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        """The same, with "" for each payload. May be fewer although more follow; none only at the end."""
        ...

    def begin(self, seen: Request, by: str, now: Millis, deadline: Millis) -> Request:
        """Start an attempt and mark it with `by`. On condition that nobody touched the request since."""
        ...

    def finish(
        self, running: Request, outcome: Outcome, now: Millis, effects: Sequence[object] = ()
    ) -> Request:
        """Write the outcome, together with the effects. On condition that this attempt is the current one.

        Raises EffectRefusedError if a condition among the effects does not hold.
        """
        ...

    def note_overrun(self, user_id: str, seq: int, mark: str) -> None:
        """Note that the attempt with this mark is not over in time.

        On condition that it is the current one. It changes what the user is told, and nothing else.
        """
        ...

    def put_back(
        self,
        running: Request,
        not_before: Millis | None,
        error: Failure,
        unfit_since: Millis | None = None,
    ) -> Request:
        """End a failed attempt without an outcome. On the same condition as `finish`.

        With `unfit_since`, the moment since which no worker could take it, the attempt does not count.
        """
        ...

    def settle(self, seen: Request, outcome: Outcome, now: Millis) -> Request:
        """End the next request in line, which nobody is running.

        On condition that nobody touched it since it was seen.
        """
        ...

    def cancel(self, seen: Request, now: Millis) -> Request:
        """End a request anywhere in the line. It does not expire yet. On the same condition as `settle`."""
        ...

    def allow(self, seen: Request) -> Request:
        """Forgive the attempts that failed, so that it is tried again. On the same condition as `settle`."""
        ...

    def void(self, user_id: str, seq: int, now: Millis) -> None:
        """Close a hole. On condition that its place is still empty."""
        ...

    # The queue

    def queue(self, user_id: str) -> Queue | None: ...

    def several(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        """Those there are, in no order, read at once."""
        ...

    def advance(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        """Move the head on and give the room back. On condition that the head is where `queue` has it."""
        ...

    def rest(self, queue: Queue, progress: Progress, now: Millis) -> Queue:
        """Advance, and say that the worker rests. On condition also that no number was given out since."""
        ...

    def claim_ring(self, queue: Queue, now: Millis) -> None:
        """Note that a wake-up is sent anew, because the last one may be lost: it is awake since `now`.

        On condition that since when it is awake is as `queue` has it: of many callers, one is to send it.
        """
        ...

    def move_read(self, queue: Queue, session_id: str, read: int, by: str, now: Millis) -> None:
        """Mark what is read with `by`. On condition that `read` is still where `queue` has it."""
        ...

    def change_state(self, queue: Queue, state: State, now: Millis, session_id: str | None = None) -> Queue:
        """Halt the queue, or open it when it is halted no more: then it is paused if it is under a pause.

        On condition that the state, the pause, and since when it is awake, are as `queue` has them. An opened
        queue counts as rung: it is awake since `now`.
        """
        ...

    def change_pause(
        self, queue: Queue, paused_by: PausedBy | None, now: Millis, session_id: str | None = None
    ) -> Queue:
        """Put the queue under a pause, or end the pause. A closed queue stays closed.

        On the same condition as `change_state`. A queue that opens by it counts as rung.
        """
        ...

    def purge(self, queue: Queue, forget: bool, now: Millis, session_id: str | None = None) -> Queue:
        """Mark all up to the tail of `queue` as purged, or even as forgotten; a halted queue opens.

        On the same condition as `change_state`. A purged queue counts as rung, unless it is closed.
        """
        ...

    def close(self, queue: Queue) -> None:
        """Whoever opens it again finds the worker at rest, and the pause that it was under.

        On condition that it is drained, that its live sessions are as `queue` has them, and that the user
        is not leaving.
        """
        ...

    # Who is connected

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
        """Add a live session; creates or reopens the queue.

        On condition that the user is not barred, and that the queue's generation is this one: that of the
        account whose password was verified.
        """
        ...

    def evict_others(self, queue: Queue, session_id: str, now: Millis) -> Queue:
        """Begin the next generation, with this session alone.

        On condition that the session is live and expires when `queue` says.
        """
        ...

    def extend_session(self, user_id: str, session_id: str, expires_at: Millis, now: Millis) -> None:
        """On condition that the session is live."""
        ...

    def end_session(self, user_id: str, session_id: str) -> Queue | None:
        """Take a live session away; harmless if there is none."""
        ...

    def bar(self, user_id: str, now: Millis, username: str = "") -> None:
        """End all sessions and let none be opened, not even the first one."""
        ...

    def unbar(self, user_id: str) -> None:
        """Let sessions be opened again, unless the user is leaving."""
        ...

    def leave(self, user_id: str, now: Millis) -> None:
        """Bar the user for good, and mark the queue for removal."""
        ...

    def forget(self, user_id: str) -> bool:
        """Remove the user's requests and idempotency keys, some thousands of them. True if none are left."""
        ...

    def remove(self, queue: Queue) -> None:
        """Remove the queue of a user who is leaving."""
        ...

    def page(self, after: str | None, limit: int) -> Sequence[Queue]:
        """Queues of all users, in no order; those after the user `after`."""
        ...

    # What the sweeper looks for

    def working(self) -> Sequence[str]:
        """Users whose queues may have work: all that do, and some that were lately drained.

        Those of a shard of the index that cannot be read are left out.
        """
        ...

    def unmark(self, queue: Queue) -> None:
        """Take the mark "has work" away, and note when the last of its sessions expires.

        On condition that head, tail and sessions are as `queue` has them, and that the user is not leaving.
        """
        ...

    def expiring(self, now: Millis) -> Sequence[str]:
        """Users of open queues whose sessions may all have expired by `now`.

        It is the expiry noted last that counts, by a sign-in, a refresh or `unmark`. Those of a shard of the
        index that cannot be read are left out.
        """
        ...


class WakeUps(Protocol):
    def ring(self, user_id: str, seq: int, ring_id: str, lane: Lane = Lane.QUICK) -> None:
        """Tell the workers of a lane that the user's queue has work at least up to `seq`.

        A repeated `ring_id` may be dropped. Nobody else is woken in that lane while one serves the user.

        Raises UnavailableError if the message could not be handed over.
        """
        ...


class Lease(Protocol):
    """The wake-up being served: while it is held, nobody else is woken for this user."""

    def hold(self, seconds: float) -> None:
        """Hold it for this long from now; after that somebody else is woken."""
        ...
