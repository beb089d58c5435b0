"""Find queues that should be moving and are not, sessions that are over, and what deleted accounts left."""

import logging
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched, chain

from chalicelib.core.errors import LostRaceError, NewerItemError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.at_work import is_at_work
from chalicelib.core.queueing.callback_cursor import Owing
from chalicelib.core.queueing.closing import close_if_over, end_sessions
from chalicelib.core.queueing.due_entries import DueEntries
from chalicelib.core.queueing.entering import Entering
from chalicelib.core.queueing.keeping import ForEach, Keeping, for_each, is_checked_for_payloads
from chalicelib.core.queueing.lateness import MINUTE_MS, STALE_MS, is_checked_now, is_late
from chalicelib.core.queueing.ports import AccountRemoval, SessionRemoval, Store, WakeUps
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.queue_store import ALL, Incomplete, Part
from chalicelib.core.queueing.removing import remove, remove_account
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.resting import rests_until
from chalicelib.core.queueing.sweep_counts import SweepCounts
from chalicelib.core.queueing.sweep_ids import wake_up_id
from chalicelib.core.queueing.sweep_run import Share, SweepRun
from chalicelib.core.queueing.waking import send_wake_up
from chalicelib.core.time import Clock, Millis

IDLE_MS = 60_000  # a queue without work keeps its mark this long, so that busy users cost no index writes
# Queues read in one call; read one by one, the sweeper could look after a few thousand users only.
AT_ONCE = 100
ALLOWED_MS = 40_000  # how long a sweep may take, unless the caller says something else

type Look = Callable[[Queue, Millis], None]


def log_failure(user_id: str | None, error: Exception) -> None:
    log_event("sweep failed for one queue", level=logging.ERROR, user=user_id, exception=error)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The scheduled rescue: no queue stands still for long, even if every wake-up was lost."""

    store: Store
    accounts: AccountRemoval
    wake_ups: WakeUps
    clock: Clock
    shuffle: Callable[[list[str]], None] = random.shuffle
    report: Callable[[str | None, Exception], None] = log_failure  # told of errors that nobody foresaw
    code: str = ""  # fingerprint of the deployed code; "" if the deployment has none
    entering: Entering | None = None  # has entries enter the line; without one, the sweep makes its own
    has_hook: bool = False  # the application deletes what it has of a user before our data go
    idle_ms: Millis = IDLE_MS  # how long a drained queue of a name stays open for its next request
    sessions: SessionRemoval | None = None  # None: they have nothing stored beside the queue
    callbacks: WakeUps | None = None  # wakes those who push outcomes; None: the deployment has no callbacks
    for_each: ForEach = for_each  # keeps several payloads; may do so side by side
    unkept: dict[str, int] = field(default_factory=dict)  # lines that were too long: see Keeping.left
    owing: dict[str, Owing] = field(default_factory=dict)  # who owed callbacks lately: see `overdue_ms`

    def __call__(
        self, allowed_ms: Millis = ALLOWED_MS, *, wake_ups_lost: bool = False, part: Part = ALL
    ) -> SweepCounts:
        """Rescue queues that stand still, have entries enter, end sessions, close queues, remove accounts,
        keep the large payloads of queues that stand for weeks, and stay for entries that fall due.

        Only queues that are due are read. With `wake_ups_lost`, every queue with work is, and gets a wake-up
        at once, for no other is under way. Starts nothing new after `allowed_ms`, see `Share`. What goes
        wrong with one queue, or while one index is read, is logged and does not stop the rest.
        """
        run = SweepRun(self.clock.now(), allowed_ms, part, wake_ups_lost)
        run.counts.oldest_callback_seconds = 0.0 if self.callbacks else None
        self._rescue_all(run)
        entries = DueEntries(self.entering or self._new_entering(), part, self.shuffle)
        soon = list[Millis | None]()
        self._survive(lambda: soon.append(entries.enter(run.end, run.until(Share.ENTRIES))))
        self._tidy(run)
        self._keep_payloads(run)
        run.counts.took_seconds = (self.clock.now() - run.started) / 1000
        self._survive(lambda: entries.stay(next(iter(soon), None), run.end))
        return run.counts

    def _rescue_all(self, run: SweepRun) -> None:
        due = self._queues(lambda: self.store.sweep_index.due(run.due_by, run.part), run.counts)
        for queue in self._in_time(due, run.until(Share.RESCUE)):
            run.counts.looked(self._look_after(queue, run))

    def _look_after(self, queue: Queue, run: SweepRun) -> Sequence[bool]:
        """Whether each look at the queue has gone well."""
        looks = list[Look]()
        if queue.callbacks.is_owed:
            looks.append(lambda queue, now: self._rescue_callbacks(queue, now, run))
        if queue.deleted_at is None and queue.depth:
            run.counts.saw(queue)
            if run.wake_ups_lost:
                looks.append(lambda queue, now: self._wake(queue, wake_up_id(queue, None, now)))
            looks.append(lambda queue, now: self._rescue(queue, now, run.old, run.counts))
        else:
            run.note_without_work(queue)
        return [self._guard(look, queue) for look in looks]

    def _tidy(self, run: SweepRun) -> None:
        expired = self._queues(lambda: self.store.sweep_index.with_expired_sessions(run.started, run.part))
        for queue in self._in_time(expired, run.until(Share.SESSIONS)):
            self._guard(lambda queue, now: end_sessions(self.store, queue, now), queue)
        for queue in self._in_time(run.idle, run.until(Share.DRAINED)):
            self._guard(self._tidy_drained, queue)
        for queue in self._in_time(run.leaving, run.until(Share.REMOVAL)):
            self._guard(lambda queue, now: self._remove(queue, now, run), queue)

    def _keep_payloads(self, run: SweepRun) -> None:
        keep = Keeping(self.store, self.clock, self.for_each, self.unkept)
        begun = list(self.unkept)
        old = (queue for queue in run.old if queue.user_id not in begun)
        for queue in self._in_time(chain(self._queues(lambda: begun), old), run.end):
            self._guard(lambda queue, _: keep(queue, run.end), queue)

    def _new_entering(self) -> Entering:
        store = self.store
        return Entering(store.entries, store.queues, store.requests, self.wake_ups, self.clock)

    def _queues(
        self, find: Callable[[], Sequence[str]], counts: SweepCounts | None = None
    ) -> Iterator[Queue]:
        """In random order: if time is too short for all, each sweep reaches others."""
        found = list[Sequence[str]]()
        self._survive(lambda: found.append(find()))
        if counts:
            counts.found(found[0] if found else Incomplete(unread=1))
        user_ids = list(chain(*found))
        self.shuffle(user_ids)
        for some in batched(user_ids, AT_ONCE, strict=False):
            yield from self._read(some)

    def _read(self, user_ids: Sequence[str]) -> Sequence[Queue]:
        """The queues of these users; a queue that cannot be read is reported and left out."""
        found = list[Queue]()
        if len(user_ids) == 1:
            self._survive(lambda: found.extend(self.store.sweep_index.get_many(user_ids)), user_ids[0])
            return found
        try:
            return self.store.sweep_index.get_many(user_ids)
        except UnavailableError as error:
            log_event(
                "queues not looked after", level=logging.WARNING, queues=len(user_ids), error=str(error)
            )
            return ()
        except Exception:  # noqa: BLE001 - it is reported when the queue at fault is read alone
            half = len(user_ids) // 2
            return [*self._read(user_ids[:half]), *self._read(user_ids[half:])]

    def _in_time(self, queues: Iterable[Queue], end: Millis) -> Iterator[Queue]:
        for queue in queues:
            if self.clock.now() >= end:
                log_event("sweep out of time", level=logging.WARNING)
                return
            yield queue

    def _guard(self, look: Look, queue: Queue) -> bool:
        return self._survive(lambda: look(queue, self.clock.now()), queue.user_id)

    def _survive(self, do: Callable[[], None], user_id: str | None = None) -> bool:
        """Whether nothing has gone wrong. A queue that moves by itself is well."""
        try:
            do()
        except LostRaceError:
            log_event("queue moves by itself", user=user_id)
            return True
        except UnavailableError as error:
            log_event("queue not looked after", level=logging.WARNING, user=user_id, error=str(error))
        except NewerItemError as error:
            log_event("item of a newer release", level=logging.WARNING, user=user_id, error=str(error))
        except Exception as error:  # noqa: BLE001 - everybody else depends on this sweep
            self.report(user_id, error)
        else:
            return True
        return False

    def _rescue(self, queue: Queue, now: Millis, old: list[Queue], counts: SweepCounts) -> None:
        """Adds the queue to `old` if its large payloads have to be looked after."""
        if queue.why_held is not None and queue.why_held.code != self.code:  # code was deployed since
            return self._wake(queue, wake_up_id(queue, None, now, MINUTE_MS))
        if queue.is_active_since(now - STALE_MS):
            return None
        is_held = queue.state is State.HELD
        if is_held and queue.head >= queue.purged and not is_checked_now(queue, now):
            return None
        head = next(iter(self.store.requests.list_after(queue.user_id, queue.head, 1)), None)
        counts.any_read = True
        if head and is_checked_for_payloads(queue, head, now):
            old.append(queue)
        if opens := queue.state is State.HALTED and (head is None or head.is_resolved):
            queue = self.store.queues.change_state(queue, State.OPEN, now)
        if (
            head is None
            or head.seq > queue.head + 1
            or (
                (is_held or queue.lets_pass(head))
                and (opens or is_late(queue, head, now) or self._is_superseded(head, now))
            )
        ):
            counts.woke(queue, head, now)
            self._wake(queue, wake_up_id(queue, head, now))
        elif (queue.look_at or 0) <= now and (until := rests_until(queue, head, now)):
            self.store.sweep_index.put_off(queue, until)
        return None

    def _is_superseded(self, head: Request, now: Millis) -> bool:
        """Whether another request has replaced the head, which waits for a moment: it need not wait any more.

        The call that has replaced it sends a wake-up, which may be lost.
        """
        if head.slot is None or head.settled:
            return False
        slot = self.store.requests.find_slot(head.user_id, head.slot)
        return slot is not None and slot.supersedes(head, now)

    def _wake(self, queue: Queue, id_: str) -> None:
        send_wake_up(self.wake_ups, queue, id_)
        log_event("queue rung by the sweeper", user=queue.user_id, seq=queue.tail)

    def _rescue_callbacks(self, queue: Queue, now: Millis, run: SweepRun) -> None:
        if self.callbacks:
            from chalicelib.core.queueing.callback_rescue import overdue_ms, rescue_callbacks

            run.counts.owes_callbacks(overdue_ms(queue, now, self.owing))
            rescue_callbacks(self.callbacks, queue, now, wake_ups_lost=run.wake_ups_lost)

    def _tidy_drained(self, queue: Queue, now: Millis) -> None:
        if queue.callbacks.is_owed:
            return
        used_at = max(queue.tail_at, queue.moved_at)
        if not queue.live_sessions(now):
            if not queue.opens_by_itself or used_at <= now - self.idle_ms:
                close_if_over(self.store.queues, queue, now)
        elif used_at <= now - IDLE_MS:
            self.store.sweep_index.clear_work_mark(queue)

    def _remove(self, queue: Queue, now: Millis, run: SweepRun) -> None:
        """Remove what a deleted account has left, and it and its sessions if the deletion was interrupted."""
        remove_account(queue, self.accounts, self.sessions)
        if is_at_work(self.store.requests, queue, now):
            return
        if self.has_hook and not queue.departed:
            self._wake(queue, wake_up_id(queue, None, now, MINUTE_MS))
            return
        if remove(self.store, queue, self.clock, run.until(Share.REMOVAL), run.end):
            self.unkept.pop(queue.user_id, None)
            log_event("queue removed", user=queue.user_id)
