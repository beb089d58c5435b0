"""One user's queue: the three cursors and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Self

from chalicelib.core.queueing.access import denied, needs_session
from chalicelib.core.queueing.callback_cursor import NOTHING_OWED, CallbackCursor
from chalicelib.core.queueing.request import NO_COUNTS, Failure, Request, Status
from chalicelib.core.time import Millis

# A wake-up this old, with no movement since, is taken for lost, and the next enqueue sends another.
WAKE_UP_TRUSTED_MS = 5_000
HOLE_GRACE_MS = 3_000  # how long after taking a number its request may be written
MESSAGE_BYTES = 96  # of a hold's message
UNPACED: Mapping[str, Millis] = MappingProxyType({})


class State(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    HALTED = "halted"
    HELD = "held"  # no worker's code can take the next request; it goes on when one can
    CLOSED = "closed"


class PausedBy(StrEnum):
    USER = "user"
    ADMINISTRATOR = "administrator"  # only an administrator ends this pause


STANDING = frozenset({State.PAUSED, State.HALTED, State.HELD})  # no request begins


def state_under(paused_by: PausedBy | None, state: State) -> State:
    """The state of a queue under this pause, or under none.

    A pause shows in an open queue. A queue that is closed, halted or held remembers its pause, and is paused
    when it opens again.
    """
    if state in (State.HALTED, State.HELD, State.CLOSED):
        return state
    return State.PAUSED if paused_by else State.OPEN


class HoldReason(NamedTuple):
    """Why a queue is held: the deployed code cannot take the next request."""

    kind: str  # unknown_type, invalid_payload
    message: str
    since: Millis
    code: str  # fingerprint of the code that could not take it; "" where the deployment has none

    @classmethod
    def of(cls, failure: Failure, since: Millis, code: str) -> Self:
        """The message is cut: the queue item stays under 1 KB."""
        return cls(failure.kind, cut(failure.message, MESSAGE_BYTES), since, code)

    @property
    def failure(self) -> Failure:
        return Failure(self.kind, self.message)


def cut(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8.

    >>> cut("unchanged", 9), cut("\u00e9" * 9, 9)
    ('unchanged', 'ééé…')
    """
    data = text.encode(errors="replace")
    return text if len(data) <= most else f"{data[: most - 3].decode(errors='ignore')}…"


@dataclass(frozen=True, slots=True)
class Queue:
    """One user's queue as it is stored: cursors, state, connections. It holds no requests.

    Always read ≤ head ≤ tail, and room = limit - (tail - head).
    """

    user_id: str
    room: int  # how many more requests are taken: the limit less those without an outcome
    limit: int
    tail: int = 0  # the last number given out
    head: int = 0  # the last number that has an outcome, and all before it too
    read: int = 0  # the last number whose outcome the user has dequeued
    read_token: str | None = None  # of the call that moved `read` there
    state: State = State.OPEN
    paused_by: PausedBy | None = None  # whose pause it is under, whatever its state is
    hold: HoldReason | None = None  # why it is held, or was: see `why_held`
    awake: Millis | None = None  # since when a wake-up is under way or served; None: no worker is needed
    sessions: Mapping[str, Millis] = field(default_factory=dict)  # live session id: its expiry
    counts: Mapping[Status, int] = NO_COUNTS
    average_ms: float = 0.0  # running time of a request, exponentially weighted
    tail_at: Millis = 0  # when the last number was given out, or the queue was opened for a service
    moved_at: Millis = 0  # when head last moved
    look_at: Millis | None = None  # when the sweeper looks at it, see looks.py; None: it need not
    purged: int = 0  # up to this number, what waits is cancelled instead of run
    username: str = ""
    blocked: bool = False  # no session can be opened
    deleted_at: Millis | None = None  # when the account was deleted; the sweeper removes the queue
    generation: int = 0  # grows with each change of the password, which ends the sessions opened before
    floor: int = 0  # up to this number, everything is forgotten: nobody is shown it any more
    callbacks: CallbackCursor = NOTHING_OWED
    arrival: int | None = None  # of the user's bucket, in microseconds, see rates.py; None: it is full
    paced: Mapping[str, Millis] = UNPACED  # by type: when the handler's rate allows an attempt
    departed: bool = False  # the application has deleted what it had of the user, who is to be removed
    keyed_above: int = 0  # above this number, whatever ended otherwise than by success is in an index
    typed_above: int | None = 0  # above this number, all requests are in the index of types; None: nowhere

    @property
    def depth(self) -> int:
        """Requests without an outcome."""
        return self.tail - self.head

    @property
    def runnable(self) -> bool:
        """Whether requests may begin."""
        return self.state not in STANDING and self.deleted_at is None

    @property
    def opens_by_itself(self) -> bool:
        """Whether it belongs to a name that services give: nobody signs in, its requests open it."""
        return not self.username

    @property
    def why_held(self) -> HoldReason | None:
        """None if it is not held."""
        return self.hold if self.state is State.HELD else None

    def lets_pass(self, request: Request) -> bool:
        """Whether the drain may get past this request, the next one: run it, cancel it or step over it."""
        if self.deleted_at is not None:
            return False
        done = request.settled and self.state is State.PAUSED
        return self.runnable or done or request.seq <= self.purged

    def due(self, head: Request) -> Millis:
        """When the next request may be begun, or stepped over: see `Request.due`, and its handler's rate."""
        if head.settled:
            return 0
        return max(head.due, head.paced_until or 0, self.paced.get(head.type, 0))

    @property
    def dequeued_up_to(self) -> int:
        """The last number that dequeue will not hand out any more: it was read, or forgotten."""
        return max(self.read, self.floor)

    def is_active_since(self, moment: Millis) -> bool:
        """Whether a wake-up was sent or the head moved after `moment`."""
        return max(self.awake or 0, self.moved_at) > moment

    def is_live(self, session_id: str, now: Millis) -> bool:
        """Whether a call may use the queue: in this session, or with this access."""
        if needs_session(session_id):
            return self.sessions.get(session_id, 0) > now
        return self.is_admitted

    @property
    def is_admitted(self) -> bool:
        """Whether the user is neither blocked nor being deleted."""
        return not self.blocked and self.deleted_at is None

    @property
    def connected_until(self) -> Millis:
        """When the last of its sessions expires."""
        return max(self.sessions.values(), default=0)

    def live_sessions(self, now: Millis) -> int:
        return sum(expiry > now for expiry in self.sessions.values())


def needs_wake_up(queue: Queue, now: Millis) -> bool:
    """Whether the enqueue that left the queue like this at `now` has to send a wake-up.

    It need not while an earlier wake-up is on its way or being served, because a drain goes idle only by a
    write that fails if a number was given out in between. A wake-up that moved nothing for a while may be
    lost.

    >>> first = Queue("ada", room=9, limit=10, tail=1, awake=5_000)
    >>> needs_wake_up(first, now=5_000)  # this enqueue found the worker idle
    True
    >>> needs_wake_up(first, now=6_000)  # an earlier wake-up is on its way
    False
    >>> needs_wake_up(first, now=10_000)  # it has moved nothing for five seconds
    True
    """
    if not queue.runnable:
        return False
    return queue.awake == now or not queue.is_active_since(now - WAKE_UP_TRUSTED_MS)


def require_live(queue: Queue | None, session_id: str, now: Millis) -> Queue:
    """The queue, if the session may use it. Raises UnauthenticatedError.

    For an access without a session, it raises NotFoundError if there is no queue, and ForbiddenError.
    """
    if queue is None or not queue.is_live(session_id, now):
        raise denied(session_id, has_queue=queue is not None)
    return queue
