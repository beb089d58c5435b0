"""One wake-up's way along one queue."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.core.errors import LostRaceError, NewerItemError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.cleaning import clean_up_after
from chalicelib.core.queueing.closing import close_if_over
from chalicelib.core.queueing.cursor import CHECKPOINT_MS, Cursor
from chalicelib.core.queueing.heartbeat import ALIVE_MS
from chalicelib.core.queueing.held_lease import HeldLease
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.lookahead import Lookahead
from chalicelib.core.queueing.queue import HoldReason, State
from chalicelib.core.queueing.request import OUTCOMES
from chalicelib.core.queueing.slot_looks import SlotLooks
from chalicelib.core.queueing.standing import AT_A_HEAD
from chalicelib.core.queueing.steps import Done, Halt, LookAgain, Passed, Unfit, Wait
from chalicelib.core.queueing.turn import BREATH_MS, MOST_LOST, Turn
from chalicelib.core.queueing.wary import may_open, read_while_held

if TYPE_CHECKING:
    from chalicelib.core.queueing.drain import Drain
    from chalicelib.core.queueing.ports import VisibilityLease
    from chalicelib.core.queueing.queue import Queue
    from chalicelib.core.queueing.request import Failure, Request
    from chalicelib.core.queueing.steps import AfterAttempt, Ending
    from chalicelib.core.time import Millis

# For longer waits the sweeper sends a wake-up. A message that comes back 150 times would be given up.
LONGEST_TIMED_MS = 90_000
SHORT_WAIT_MS = 500  # waits up to this long are slept through; SQS counts in whole seconds


class DrainPass:
    """Looks at one number after the other, from the head on, until the wake-up has ended."""

    def __init__(
        self, drain: Drain, queue: Queue, lease: VisibilityLease, until: Millis | None, receives: int
    ) -> None:
        self._drain = drain
        self._comes_back = receives > 1  # an earlier worker may have died at what this one finds
        self._first = queue.head + 1  # where this pass begins
        self._until = until
        self._lease = HeldLease(lease, drain.clock)
        self._cursor = Cursor(drain.queues, drain.clock, queue, drain.callbacks)
        slots = SlotLooks(drain.requests)
        self._lookahead = Lookahead(drain.requests, drain.clock, self._lease, slots, drain.attempt.halts)
        self._turn = Turn(drain.lane, drain.attempt.handlers, drain.clock, drain.quantum_ms)
        self._quick: dict[str, bool] = {}  # by type: whether its last attempt took less than CHECKPOINT_MS

    def run(self) -> Ending:
        """Raises UnavailableError, and NewerItemError if a newer release has stored what comes next."""
        if self._drain.lane is Lane.LONG:
            # Its queue hides a message for 15 minutes: so long it would take to come back after a crash.
            self._lease.outlast(self._drain.clock.now() + ALIVE_MS)
        lost = 0
        while True:
            try:
                step, lost = self._step(), 0
            except LostRaceError:
                # What was read is out of date: a user's control, or another worker serves this user too.
                self._lookahead.discard()
                lost += 1
                if lost > MOST_LOST:  # in a row: whatever the reason is, do not spend the whole turn on it
                    return Wait(self._drain.clock.now() + BREATH_MS)
                step = self._cursor.reload()
            if not isinstance(step, LookAgain):
                return step

    def _step(self) -> Ending | LookAgain:
        cursor = self._cursor
        if cursor.queue.deleted_at is not None:
            cursor.checkpoint()
            return self._drain.let_depart(cursor.queue, self._lease, self._until)
        if cursor.is_at_tail:
            return self._open() if cursor.queue.state in AT_A_HEAD else self._go_idle()
        step = self._take_next()
        if not isinstance(step, LookAgain):
            return step
        if self._turn.is_over and not cursor.is_at_tail:  # at the tail the worker must go idle first
            return self._yield_turn()
        cursor.checkpoint_if_due()
        return step

    def _take_next(self) -> Ending | LookAgain:
        """Get past the next number, or end."""
        try:
            request = self._lookahead.resolve(self._cursor.queue, self._cursor.next_seq)
        except NewerItemError:
            self._cursor.checkpoint()
            raise
        if not self._cursor.queue.lets_pass(request):
            self._cursor.checkpoint()
            return self._look_at_held(request) if self._cursor.queue.state is State.HELD else Done()
        if self._would_hide_outcomes(request):
            self._cursor.checkpoint()
            return LookAgain()  # the write has also read what a user's control has changed
        if ending := self._leave_to_others(request):
            return ending
        if self._comes_back and read_while_held(self._drain, self._cursor, request):
            self._comes_back = False  # once in a pass
            return self._open()
        self._turn.took_ms = None
        return self._follow(Passed(request) if request.settled else self._attempt(request))

    def _follow(self, step: AfterAttempt) -> Ending | LookAgain:
        if isinstance(step, Wait):
            return self._hand_over() if self._turn.was_slow else self._wait(step)
        if isinstance(step, Halt):
            return self._halt()
        if isinstance(step, Unfit):
            return self._hold(step.error)
        request = step.request
        if request.expires_at is None or request.unkeyed or (request.key and request.status in OUTCOMES):
            self._drain.requests.schedule_expiry(request, self._drain.clock.now())
        if request.slot is not None:
            self._lookahead.slots.leave(request)
        if (request.noted or request.eventful) and request.settled:
            clean_up_after(request, self._drain.attempt.notes(), self._drain.clock.now())
        self._cursor.move_past(request, self._turn.took_ms)
        return LookAgain()

    def _leave_to_others(self, request: Request) -> Ending | None:
        """Leave to another worker what must not begin in this lane, or not in the time that is left.

        What a heartbeat keeps alive needs nobody else: its worker's wake-up comes back if that worker dies.
        """
        if self._turn.is_kept_alive(request):
            self._cursor.checkpoint()
            return Done()
        if self._turn.cannot_begin(request, self._cursor.average_ms):
            if self._drain.lane is Lane.LONG and request.seq == self._first and not self._comes_back:
                # Who has sent this here may have other code, and will do so again and again.
                return Wait(self._drain.clock.now() + BREATH_MS)
            return self._send_wake_up(self._turn.lane_for(request, self._cursor.average_ms))
        if not request.settled and not self._has_time_for(request):
            return self._yield_turn()
        return None

    def _would_hide_outcomes(self, request: Request) -> bool:
        """Whether it may take long while users cannot see the outcomes before it: the head is not written."""
        return not (self._cursor.is_written or request.settled or self._quick.get(request.type))

    def _has_time_for(self, request: Request) -> bool:
        now, longest_ms = self._drain.clock.now(), self._drain.attempt.longest_ms(request)
        is_due = request.due <= now
        return self._until is None or not is_due or now + longest_ms <= self._until

    def _attempt(self, request: Request) -> AfterAttempt:
        begun = self._drain.clock.now()
        purged, paced_until = request.seq <= self._cursor.queue.purged, self._cursor.paced_until(request)
        step = self._drain.attempt(request, self._lease, paced_until, purged=purged)
        self._turn.took_ms = took_ms = self._drain.clock.now() - begun
        if isinstance(step, Passed):
            # A long request may take minutes after one that took no time.
            self._quick[request.type] = took_ms < CHECKPOINT_MS and self._drain.lane is not Lane.LONG
        return step

    def _wait(self, step: Wait) -> Ending | LookAgain:
        if not step.for_rate:
            self._lookahead.discard()  # the request may be back in line after a failed attempt
        left = step.until - self._drain.clock.now()
        if left > SHORT_WAIT_MS:
            self._cursor.checkpoint()
            is_timed = left <= LONGEST_TIMED_MS and not step.for_signal
            return step if is_timed else self._cursor.leave_to_sweeper()
        self._drain.clock.sleep(max(0, left) / 1000)
        # A long worker may have read the queue minutes ago: since then, its user may be one to be removed.
        return self._cursor.reload() if self._drain.lane is Lane.LONG else LookAgain()

    def _halt(self) -> Done | LookAgain:
        """Halt the queue, unless it was opened since the attempt: then somebody has already said retry."""
        cursor, seen = self._cursor, self._cursor.queue
        cursor.checkpoint()
        expected = replace(cursor.queue, awake=seen.awake)
        cursor.take_over(self._drain.queues.change_state(expected, State.HALTED, self._drain.clock.now()))
        log_event("queue halted", user=seen.user_id, seq=cursor.next_seq)
        head = self._head()
        # Just before, the request may have been cancelled, and another worker may even have got past it.
        return Done() if head and not head.is_resolved else self._open()

    def _hold(self, why: Failure) -> Done | LookAgain:
        """Hold the queue, unless somebody has changed its state since: then the head is looked at again."""
        cursor, seen = self._cursor, self._cursor.queue
        self._lookahead.discard()
        cursor.checkpoint()
        if cursor.queue.state is not seen.state:
            return LookAgain()
        hold = HoldReason.of(why, self._drain.clock.now(), self._drain.code)
        cursor.take_over(self._drain.queues.hold(replace(cursor.queue, awake=seen.awake), hold))
        at = {"user": seen.user_id, "seq": cursor.next_seq}
        log_event("queue held", level=logging.WARNING, **at, kind=why.kind, error=why.message)
        head = self._head()
        # Just before, the request may have been cancelled, or begun by a worker whose code can take it.
        holds = head is not None and not head.settled and head.unfit_since is not None
        return Done() if holds else self._open()

    def _look_at_held(self, head: Request) -> Done | LookAgain:
        """Open the queue if this worker's code can take its head."""
        can_take = may_open(self._drain, self._cursor, head, comes_back=self._comes_back)
        return self._open() if can_take else Done()

    def _open(self) -> LookAgain:
        """Open the queue: its head no longer halts or holds it."""
        cursor = self._cursor
        self._lookahead.discard()  # the head has changed since it was read ahead
        was_held = cursor.queue.state is State.HELD
        cursor.take_over(self._drain.queues.change_state(cursor.queue, State.OPEN, self._drain.clock.now()))
        if was_held:
            log_event("queue no longer held", user=cursor.queue.user_id, seq=cursor.next_seq)
        return LookAgain()

    def _head(self) -> Request | None:
        """As it is stored now."""
        return self._drain.requests.get(self._cursor.queue.user_id, self._cursor.next_seq)

    def _yield_turn(self) -> Done:
        """End so that one long queue does not keep a worker: others have their turn first."""
        following = self._lookahead.peek(self._cursor.next_seq)
        return self._send_wake_up(self._turn.lane_for(following, self._cursor.average_ms))

    def _hand_over(self) -> Done:
        """End so that a worker of the slow lane goes on: those of the quick lane stay free for others."""
        return self._send_wake_up(Lane.SLOW)

    def _send_wake_up(self, lane: Lane) -> Done:
        self._cursor.checkpoint()
        queue = self._cursor.queue
        self._drain.wake_ups.send(queue.user_id, queue.tail, self._drain.new_wake_up_id(), lane)
        return Done()

    def _go_idle(self) -> Done | LookAgain:
        """Raises LostRaceError if a number was given out since the queue was read."""
        if self._cursor.queue.awake is None and self._cursor.is_written:
            return Done()  # this wake-up came too late: from now on, whoever takes a number sends one
        now = self._drain.clock.now()
        queue = self._cursor.go_idle(now)
        if queue.state in AT_A_HEAD:  # by another worker, which was late: what it stood at has been passed
            return self._cursor.reload()
        log_event("queue drained", user=queue.user_id, seq=queue.head)
        if not queue.opens_by_itself:  # or each request would open and close it: the sweeper closes it
            close_if_over(self._drain.queues, queue, now)
        return Done()
