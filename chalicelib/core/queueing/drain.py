"""Serve one wake-up: carry out the requests of one user, one at a time, in the order of their numbers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from chalicelib.core.errors import LostRaceError, NewerItemError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.attempt import Attempt, Hold, Wait
from chalicelib.core.queueing.closing import close_if_over
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.places import Places
from chalicelib.core.queueing.policy import Halt
from chalicelib.core.queueing.ports import VisibilityLease, WakeUps
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request import OUTCOMES, Request
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.turn import Turn
from chalicelib.core.time import Clock, Millis

CHECKPOINT_MS = 200  # under load the head is written at most this often
# For longer waits the sweeper rings in time: every 60 s it looks at what has not moved for 30 s. A message
# that comes back 150 times would be given up.
LONGEST_TIMED_MS = 90_000
NEWER_MS = 20_000  # how long a wake-up is put off for a worker of the release that can read the item
SHORT_WAIT_MS = 500  # waits up to this long are slept through; SQS counts in whole seconds


@dataclass(frozen=True, slots=True)
class Done:
    """The wake-up has served its purpose."""


type Ending = Done | Wait
"""`Wait`: the wake-up is the timer and must come back then."""


@dataclass(frozen=True, slots=True)
class Drain:
    queues: QueueStore
    requests: RequestStore
    wake_ups: WakeUps
    clock: Clock
    attempt: Attempt
    quantum_ms: int
    ring_id: Callable[[], str] = lambda: uuid4().hex
    lane: Lane = Lane.QUICK

    def __call__(self, user_id: str, lease: VisibilityLease, until: Millis | None = None) -> Ending:
        """Drain until there is nothing to do, the head must wait, or the quantum is used up.

        `until` is when the process is ended: no attempt is begun that may last longer.
        """
        try:
            queue = self.queues.get(user_id)
            return Done() if queue is None else _Pass(self, queue, lease, until).drain()
        except NewerItemError:
            # During a deployment, or after a roll-back, this worker is older than what stored the item.
            log_event("item of a newer release", level=logging.WARNING, user=user_id)
            return Wait(self.clock.now() + NEWER_MS)


class _Pass:
    """One wake-up's way along one queue."""

    def __init__(self, parts: Drain, queue: Queue, lease: VisibilityLease, until: Millis | None) -> None:
        self._parts = parts
        self._until = until
        self._queues = parts.queues
        self._requests = parts.requests
        self._clock = parts.clock
        self._queue = queue  # as last read or written
        self._hold = Hold(lease, parts.clock)
        self._places = Places(parts.requests, parts.clock, self._hold)
        self._turn = Turn(parts.lane, parts.attempt.handlers, parts.clock, parts.quantum_ms)
        self._progress = Progress.none(queue, self._turn.started)
        self._quick: dict[str, bool] = {}  # type of request: whether the last one took no time to speak of

    def drain(self) -> Ending:
        while True:
            try:
                return self._drain()
            except LostRaceError:
                # The log is not as it was read: a user's control, or somebody else serves this user too.
                self._look_again()

    def _drain(self) -> Ending:
        while self._queue.leaving is None:
            if self._progress.head == self._queue.tail:
                if self._rest():
                    return Done()
            elif ending := self._step():
                return ending
            elif self._turn_is_over():
                return self._yield_turn()
            elif self._clock.now() - self._progress.since >= CHECKPOINT_MS:
                self._checkpoint()
        self._checkpoint()
        return Done()

    def _step(self) -> Ending | None:
        """Get past the next number, or say how the pass ends."""
        try:
            request = self._places.get(self._queue, self._progress.head + 1)
        except NewerItemError:
            self._checkpoint()
            raise
        if not self._queue.admits(request):
            self._checkpoint()
            return Done()
        if self._keeps_back(request):
            self._checkpoint()
            return None  # and look again: it shows as well what a user's control has changed
        if ending := self._leave(request):
            return ending
        self._turn.took_ms = None
        step = request if request.settled else self._attempt(request)
        if isinstance(step, Wait):
            return self._hand_over() if self._turn.was_slow else self._wait(step)
        if isinstance(step, Halt):
            return self._halt()
        if step.status in OUTCOMES and (step.key or step.expires_at is None):
            self._requests.schedule_expiry(step, self._clock.now())
        self._progress = self._progress.past(step, self._turn.took_ms)
        return None

    def _leave(self, request: Request) -> Ending | None:
        """To another worker what may not begin here, or not in the time that is left."""
        if self._turn.cannot_begin(request, self._progress.average_ms):
            return self._hand_over()
        if not request.settled and not self._has_time_for(request):
            return self._yield_turn()
        return None

    def _keeps_back(self, request: Request) -> bool:
        """Whether it may take long, and what is done so far is not written yet, so that no user sees it."""
        unwritten = self._progress.head != self._queue.head
        return unwritten and not request.settled and not self._quick.get(request.type)

    def _has_time_for(self, request: Request) -> bool:
        now = self._clock.now()
        is_due = request.due <= now
        return self._until is None or not is_due or now + self._parts.attempt.takes_ms(request) <= self._until

    def _attempt(self, request: Request) -> Request | Wait | Halt:
        begun = self._clock.now()
        step = self._parts.attempt(request, self._hold)
        self._turn.took_ms = self._clock.now() - begun
        if isinstance(step, Request):
            self._quick[request.type] = self._turn.took_ms < CHECKPOINT_MS
        return step

    def _wait(self, step: Wait) -> Ending | None:
        self._places.forget()  # it may have been put back
        left = step.until - self._clock.now()
        if left > SHORT_WAIT_MS:
            self._checkpoint()
            return step if left <= LONGEST_TIMED_MS else Done()
        self._clock.sleep(max(0, left) / 1000)
        return None

    def _halt(self) -> Ending | None:
        """Unless the queue was opened since the attempt: then somebody has already said retry."""
        seen = self._queue
        self._checkpoint()
        now, seq = self._clock.now(), self._progress.head + 1
        self._queue = self._queues.change_state(replace(self._queue, awake=seen.awake), State.HALTED, now)
        log_event("queue halted", user=seen.user_id, seq=seq)
        head = self._requests.get(seen.user_id, seq)
        if head is None or not head.is_resolved:
            return Done()
        self._places.forget()  # it was cancelled before the queue was halted
        self._queue = self._queues.change_state(self._queue, State.OPEN, now)
        return None

    def _turn_is_over(self) -> bool:
        """Not when all is done: then the worker must rest, or the next enqueue takes it for awake."""
        return self._turn.is_over and self._progress.head < self._queue.tail

    def _yield_turn(self) -> Ending:
        """So that one long queue does not keep a worker: ring again, and let others have their turn."""
        following = self._places.read_ahead(self._progress.head + 1)
        return self._ring(self._turn.lane_for(following, self._progress.average_ms))

    def _hand_over(self) -> Ending:
        """To a worker of the slow lane, so that those of the quick one stay free for others."""
        return self._ring(Lane.SLOW)

    def _ring(self, lane: Lane) -> Ending:
        """End here, and have a worker of that lane go on."""
        self._checkpoint()
        self._parts.wake_ups.send(self._queue.user_id, self._queue.tail, self._parts.ring_id(), lane)
        return Done()

    def _rest(self) -> bool:
        """Whether the worker may rest: not if a number was given out since the queue was read."""
        if self._queue.awake is None and self._progress.head == self._queue.head:
            return True  # a wake-up too many: whoever gives out a number from now on rings
        now = self._clock.now()
        try:
            queue = self._queues.go_idle(self._queue, self._progress, now)
        except LostRaceError:
            self._look_again()
            return False
        log_event("queue drained", user=queue.user_id, seq=queue.head)
        close_if_over(self._queues, queue, now)
        return True

    def _checkpoint(self) -> None:
        if self._progress.head != self._queue.head:
            now = self._clock.now()
            self._queue = self._queues.advance(self._queue, self._progress, now)
            self._progress = Progress.none(self._queue, now)

    def _look_again(self) -> None:
        """Go on from what is written. What was done since the head was last written still counts."""
        self._places.forget()
        queue = self._queues.get(self._queue.user_id) or self._queue
        if queue.head != self._queue.head:
            # Somebody else moved it. Outcomes between it and ours are met again and stepped over.
            self._progress = Progress.none(queue, self._clock.now())
        self._queue = queue
