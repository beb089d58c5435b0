"""Deliberate defects of pauses, of the sweeper and of deletions. mutations.py has the others."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory import queues, tables
from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.adapters.memory.removal import MemoryUserRemoval
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing import controls, departure, queue, sweep, sweep_ids
from chalicelib.core.queueing.at_work import QUIET_MS, is_at_work
from chalicelib.core.queueing.cursor import Cursor
from chalicelib.core.queueing.lateness import STALE_MS
from chalicelib.core.queueing.queue import PausedBy, Queue, State
from chalicelib.core.queueing.removing import remove_account
from chalicelib.core.queueing.steps import LookAgain
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.core.queueing.sweep_run import SweepRun
from chalicelib.core.time import Millis
from tests.fakes.accounts import FakeAccounts
from tests.simulation import faults, world
from tests.simulation.executions import Executions
from tests.simulation.mutations import defect, unconditionally, under


@defect
@under(faults.Faults(slow=0.5))
def change_pause_without_a_condition(patch: MonkeyPatch) -> None:
    """Seen where a user and an administrator pause and resume at the same moment."""
    pauses = ("pause", "resume", "admin_pause", "admin_resume")
    patch.setattr(world, "draw_kinds", lambda rng, controlled: [rng.choice(pauses) for _ in range(20)])
    unconditionally("change_pause")(patch)


@defect
def users_end_pauses_of_administrators(patch: MonkeyPatch) -> None:
    patch.setattr(controls, "is_fixed", lambda queue, session_id: False)


@defect
def pause_lost_when_the_queue_closes(patch: MonkeyPatch) -> None:
    close = MemoryQueues.close

    def close_and_forget(store: MemoryQueues, queue: Queue) -> None:
        close(store, queue)
        store._tables.put(replace(store._tables.queues[queue.user_id], paused_by=None))

    patch.setattr(MemoryQueues, "close", close_and_forget)


@defect
def pause_opens_a_closed_queue(patch: MonkeyPatch) -> None:
    def state_under(paused_by: PausedBy | None, state: State) -> State:
        return (
            State.PAUSED if paused_by and state is not State.HALTED else queue.state_under(paused_by, state)
        )

    for module in (queues, tables):
        patch.setattr(module, "state_under", state_under)


@defect
@under(faults.Faults(lose=0.8))
def sweeper_rings_under_the_same_id_for_ever(patch: MonkeyPatch) -> None:
    patch.setattr(sweep_ids, "REPEAT_MS", 10**15)


@defect
def sweep_ended_by_one_error(patch: MonkeyPatch) -> None:
    def survive(use: Sweep, do: Callable[[], None], user_id: str | None = None) -> None:
        try:
            do()
        except ValueError as error:
            raise End from error

    def read(use: Sweep, user_ids: Sequence[str]) -> Sequence[Queue]:
        return use.store.sweep_index.get_many(user_ids)

    sweep_once = Sweep.__call__

    def sweep_until_an_error(use: Sweep, *arguments: Any) -> None:
        try:
            sweep_once(use, *arguments)
        except (End, ValueError, UnavailableError):
            return

    patch.setattr(Sweep, "_survive", survive)
    patch.setattr(Sweep, "_read", read)
    patch.setattr(Sweep, "__call__", sweep_until_an_error)


class End(Exception):  # noqa: N818
    """Of a sweep."""


@defect
@under(faults.Faults(crash=0.2))
def interrupted_deletion_left_at_that(patch: MonkeyPatch) -> None:
    def remove(use: Sweep, queue: Queue, now: Millis, _: SweepRun) -> None:
        if not is_at_work(use.store.requests, queue, now):
            use.store.removal.delete_requests(queue.user_id)
            use.store.removal.delete_queue(queue)

    patch.setattr(Sweep, "_remove", remove)


@defect
@under(faults.Faults(crash=0.2))
def sessions_of_an_interrupted_deletion_left(patch: MonkeyPatch) -> None:
    patch.setattr(sweep, "remove_account", lambda queue, accounts, _: remove_account(queue, accounts, None))


@defect
@under(faults.Faults(stall=0.1))
def account_removed_whosever_it_is(patch: MonkeyPatch) -> None:
    patch.setattr(FakeAccounts, "remove", lambda use, name, user_id: use.accounts.pop(name, None))


@defect
@under(faults.NONE)
def queue_opened_by_the_sweeper_and_not_rung(patch: MonkeyPatch) -> None:
    wake = Sweep._wake

    def wake_unless_opened(sweeper: Sweep, queue: Queue, id_: str) -> None:
        just_opened = queue.state is State.OPEN and queue.is_active_since(sweeper.clock.now() - STALE_MS)
        if not just_opened:
            wake(sweeper, queue, id_)

    patch.setattr(Sweep, "_wake", wake_unless_opened)


@defect
def removed_while_a_long_attempt_is_running(patch: MonkeyPatch) -> None:
    def is_marked_just_now(_requests: object, queue: Queue, now: Millis) -> bool:
        return (queue.deleted_at or 0) >= now - QUIET_MS

    for module in (sweep, departure):
        patch.setattr(module, "is_at_work", is_marked_just_now)


@defect
@under(faults.Faults(stall=0.06, slow=0.5))
def removal_not_claimed(patch: MonkeyPatch) -> None:
    patch.setattr(MemoryUserRemoval, "claim", lambda store, queue, deleted_at: queue)


@defect
@under(faults.Faults(stall=0.06, slow=0.5))
def removal_claimed_however_old_the_mark_is(patch: MonkeyPatch) -> None:
    def claim(store: MemoryUserRemoval, queue: Queue, deleted_at: Millis) -> Queue:
        found = store._tables.existing(queue.user_id)
        tables.require(found.deleted_at is not None)
        return store._tables.put(replace(found, deleted_at=deleted_at))

    patch.setattr(MemoryUserRemoval, "claim", claim)


@defect
def worker_goes_on_without_a_queue(patch: MonkeyPatch) -> None:
    def reload(cursor: Cursor) -> LookAgain:
        cursor.take_over(cursor._queues.get(cursor.queue.user_id) or cursor.queue)
        return LookAgain()

    patch.setattr(Cursor, "reload", reload)
    patch.setattr(Executions, "running", lambda *_: [])
    removed_while_a_long_attempt_is_running(patch)
