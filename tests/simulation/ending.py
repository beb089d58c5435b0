"""How a history ends: in calm, in which everything gets its outcome, and with everybody's farewell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.identity.session import IDLE_MS
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import State
from tests.simulation.barring import check_barred
from tests.simulation.history import Violation
from tests.simulation.lambdas import SWEEP_MS
from tests.simulation.uploading import check_removed
from tests.simulation.wake_ups import LONG_VISIBILITY_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.core.queueing.request import Request
    from tests.simulation.records import Call, User
    from tests.simulation.world import World

CALM_MS = 40 * 60_000  # within this after the last fault everything must have its outcome
PERSON_MS = 20_000  # how often somebody looks whether a queue is paused or halted
PATIENCE = 10  # attempts of a request that a person forgives; some fail whenever they are tried again


class Ending:
    """Of one history."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._scheduler = world.scheduler
        self._store = world.store
        self._lanes = world.lanes
        self._calls = world.calls
        self._sweeper = world.sweeper
        self._users = world.users
        self._all = world.everybody  # also those whom only a service names

    def calm(self) -> None:
        """I6: no more faults; only the sweeper, and a person where a queue waits for one.

        Where there were no faults at all, there is no sweeper either: it is not what makes things go.
        """
        calm_ms = CALM_MS
        if callbacks := self._world.callbacks:
            calm_ms += callbacks.patience_ms
            callbacks.invariants.calm_since = callbacks.invariants.calm_since or self._scheduler.now
        end, waiting = self._scheduler.now + calm_ms, self._waiting()
        while self._scheduler.now < end and not self._is_still():
            for user in self._all:
                self.help(user)
            if self._world.faultless and self._has_entries():
                self._sweeper.once()  # for what had no room when it was to enter
            self._scheduler.run_until(self._scheduler.now + PERSON_MS)
            before, waiting = waiting, self._waiting()
            goes_on = self._world.limits.is_seldom and waiting != before
            if goes_on or any(self._may_wait(user) for user in self._all):
                end = self._scheduler.now + calm_ms
        if not self._is_still():
            raise Violation(f"I6: after {calm_ms // 60_000} minutes there is work left")

    def _waiting(self) -> int:
        """How many requests wait, of everybody."""
        return sum(queue.depth for queue in self._store.tables.queues.values())

    def replay(self) -> None:
        """Everybody has callbacks made again: a receiver that was down has come back."""
        if self._world.callbacks:
            self._make(self._all, "replay")
            self.calm()

    def _may_wait(self, user: User) -> bool:
        """Because the first request without an outcome is to begin later."""
        requests = {} if self._calls.is_gone(user) else self._store.tables.requests.get(user.id, {})
        waiting = [request for seq, request in sorted(requests.items()) if not request.settled]
        return (
            bool(waiting)
            and (waiting[0].not_before or 0) > self._scheduler.now
            and not self._is_superseded(waiting[0])
        )

    def _is_superseded(self, request: Request) -> bool:
        slot = self._store.tables.slots.get((request.user_id, request.slot or ""))
        return slot is not None and slot.supersedes(request, self._scheduler.now)

    def _is_still(self) -> bool:
        queues = self._store.tables.queues.values()
        at_rest = not any(q.depth for q in queues if q.deleted_at is None) and not self._has_entries()
        is_owed = self._world.callbacks is not None and self._world.callbacks.are_owed
        return at_rest and not is_owed and not self._scheduler.is_busy()

    def _has_entries(self) -> bool:
        return any(self._store.tables.entries.values())

    def help(self, user: User) -> None:
        """Enable a disabled account, resume a paused queue, retry or skip a halted head."""
        queue = self._store.tables.queues.get(user.id)
        if queue is None or queue.deleted_at is not None:
            return
        check_barred(self._world, user)
        if queue.blocked:
            self._calls.make(user, "admin_enable" if user in self._users else "admin_unblock")
        if queue.state is State.PAUSED:
            self._calls.make(user, "admin_resume")
        elif queue.state is State.HALTED:
            wish = self._world.rng.choice(("admin_retry", "admin_skip"))
            head = self._store.tables.requests.get(user.id, {}).get(queue.head + 1)
            is_hopeless = head is not None and head.forgiven_attempts >= PATIENCE
            self._calls.make(user, "admin_skip" if is_hopeless else wish)

    def farewell(self) -> None:
        """Everybody comes back, reads what is left and signs out. Then nothing is left."""
        self._check_sessions_are_removed()
        if self._world.faultless:
            self._sweeper.start(0)
        if self._store.sweep_index.ailment == "index":
            self._store.sweep_index.ailment = None
        for user in self._all:
            self.help(user)  # who is disabled cannot come back
        self._run_until_done()
        known = {user.id: [user.sessions.pop() for _ in list(user.sessions)] for user in self._users}
        self._make(self._users, "sign_in")
        while any(call.answer for call in self._make(self._all, "dequeue")):
            pass
        while any(call.answer and call.answer.requests for call in self._make(self._all, "outcomes")):
            pass
        for user in self._users:
            for session_id in [*known[user.id], *user.sessions]:
                user.sessions = [session_id]
                self._calls.make(user, "sign_out")
                self._run_until_done()
        # A deletion takes one sweep to wake the application, and another one when that has returned. Older
        # workers cannot read what a newer one has stored, so that the application is not asked by them.
        sweeps = 5 if self._world.departing else 3
        deployed = self._world.deployment.last if self._world.departing else 0
        self._run_until_wake_ups_end()
        self._scheduler.run_until(max(self._scheduler.now, deployed) + sweeps * SWEEP_MS)
        if any(queue.sessions for queue in self._store.tables.queues.values()):
            self._scheduler.jump(IDLE_MS)  # of a sign-in without an answer nobody can sign out
            self._scheduler.run_until(self._scheduler.now + 3 * SWEEP_MS)
        self._run_until_long_wake_ups_end()
        self._check_nothing_is_left()

    def _check_sessions_are_removed(self) -> None:
        """With their users, before anybody's farewell: those that were answered. Raises Violation.

        A sign-out that has crashed may have left what is stored of its session.
        """
        ended = {call.session_id for call in self._calls.made if call.kind == "sign_out"}
        for user in self._users:
            left = [id_ for id_ in user.sessions if id_ in self._world.sessions.sessions and id_ not in ended]
            if left and user.id not in self._store.tables.queues:
                raise Violation(f"sessions of {user.id} are left, who was removed: {left}")

    def _run_until_wake_ups_end(self) -> None:
        """A queue is idle, and may be closed, only when the wake-up of a worker that has died is back."""
        quick, slow = (self._lanes.services[lane].fifo for lane in (Lane.QUICK, Lane.SLOW))
        if quick.messages() or slow.messages():
            self._scheduler.run_until(self._scheduler.now + quick.visibility_ms)

    def _run_until_long_wake_ups_end(self) -> None:
        """Those whose worker has died at once come back after a quarter of an hour."""
        if self._lanes.services[Lane.LONG].fifo.messages():
            self._scheduler.run_until(self._scheduler.now + LONG_VISIBILITY_MS + SWEEP_MS)

    def _make(self, users: Sequence[User], kind: str) -> Sequence[Call]:
        before = len(self._calls.made)
        for user in users:
            self._calls.make(user, kind)
        self._run_until_done()
        # A stranger who takes the name of a deleted account may come in between.
        return [call for call in self._calls.made[before:] if call.kind == kind]

    def _run_until_done(self) -> None:
        self._scheduler.run_until(self._scheduler.now + 1_000)

    def _check_nothing_is_left(self) -> None:
        for queue in self._store.tables.queues.values():
            if queue.state is not State.CLOSED:
                raise Violation(f"the queue of {queue.user_id} is still open")
            if queue.look_at is not None:
                raise Violation(f"the sweeper still looks at the queue of {queue.user_id}")
        if self._lanes.messages() or self._store.tables.open_until:
            raise Violation("something is left: a wake-up or a mark")
        if self._world.callbacks and self._world.callbacks.service.fifo.messages():
            raise Violation("something is left: a wake-up for callbacks")
        queues = self._store.tables.queues
        check_removed(self._store.tables, [user.id for user in self._users if user.id not in queues])
        if self._store.tables.slots:
            raise Violation("something is left: a slot")
