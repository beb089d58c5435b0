"""What users do, each call as one actor, and what they were told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chalicelib.adapters.memory.clock import START
from chalicelib.core.errors import (
    SESSION_ENDED,
    ConflictError,
    GurukoolError,
    LostRaceError,
    UnauthenticatedError,
)
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.identity.own_account import OwnAccount
from chalicelib.core.identity.ports import Accounts
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.dequeue import Dequeue
from chalicelib.core.queueing.enqueue import Enqueue, Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.outcomes import Outcomes
from chalicelib.core.queueing.pages import Extent, Page
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.scheduling import Scheduling
from chalicelib.core.queueing.signals import Signals
from chalicelib.core.time import Millis
from tests.fakes.secrets import FakeTokens
from tests.simulation.administrators import DEEDS, TrustedAdministration
from tests.simulation.deployments import UNKNOWN
from tests.simulation.entries import Entries
from tests.simulation.executions import LONG, SLOW, Plan, draw_plan, prolonged
from tests.simulation.faults import NONE
from tests.simulation.large import perhaps_large
from tests.simulation.ports import Network
from tests.simulation.records import Call, User
from tests.simulation.scheduler import Scheduler
from tests.simulation.slots import Options
from tests.simulation.stepping import SIGNAL, Steps


@dataclass(frozen=True, slots=True)
class Api:
    """The use cases over the network."""

    enqueue: Enqueue
    dequeue: Dequeue
    outcomes: Outcomes
    sessions: Sessions
    controls: Controls
    own: OwnAccount
    administration: TrustedAdministration
    accounts: Accounts
    scheduling: Scheduling
    signals: Signals


@dataclass(slots=True)
class Calls:
    scheduler: Scheduler
    network: Network
    rng: Random
    api: Api
    plans: dict[str, Plan]
    queue: Callable[[str], Queue | None]  # as it is
    options: Options
    entries: Entries
    made: list[Call] = field(default_factory=list)
    steps: Steps | None = None

    def make(self, user: User, kind: str, after: int = 0) -> None:
        """Let the user make a call of this kind."""
        method = "administer" if kind in DEEDS else kind
        begin: Callable[[User, str], tuple[Call, Callable[[], Any]]] = getattr(self, f"_{method}")
        self.scheduler.after(after, lambda: self._start(*begin(user, kind)))

    def _start(self, call: Call, do: Callable[[], Any]) -> None:
        self.made.append(call)
        actor = self.scheduler.spawn(call.name, lambda: self._live(call, do))
        if self.rng.random() >= self.network.faults.undying:
            self.scheduler.after(API_MS, actor.kill)

    def _live(self, call: Call, do: Callable[[], Any]) -> None:
        call.started = self.scheduler.now
        self.network.trace(call.kind, (call.user_id, call.asked), "starts")
        try:
            call.answer = do()
        except GurukoolError as error:
            call.error = error
        call.ended = self.scheduler.now
        self.network.trace(call.kind, (call.user_id, call.asked), call.error or call.answer)

    def _call(self, user: User, kind: str, asked: Any = None) -> Call:
        return Call(
            f"{kind}-{len(self.made)}", user.id, kind, self.rng.choice(user.sessions or ["none"]), asked
        )

    def _enqueue(self, user: User, kind: str, count: int = 1, key: str | None = None) -> Any:
        call = self._call(user, kind)
        works = [self._work(f"{call.name}.{i}") for i in range(count)]
        return self._enqueue_works(user, call, works, key)

    def _batch(self, user: User, kind: str) -> Any:
        return self._enqueue(user, kind, count=self.rng.randrange(2, 4))

    def _keyed(self, user: User, kind: str) -> Any:
        """One of two keys; the same key always asks for the same."""
        key = self.rng.choice("xy")
        call = self._call(user, kind)
        works = [self._work(f"{user.id}.{key}.{i}") for i in range(1 if key == "x" else 2)]
        return self._enqueue_works(user, call, works, key)

    def _enqueue_works(self, user: User, call: Call, works: Sequence[Work], key: str | None) -> Any:
        call.asked = [work.payload for work in works]
        works = self.options.slotted(works, key and f"{user.id} {key}")
        idempotency_key = IdempotencyKey(key, "fingerprint") if key else None
        return call, lambda: self.api.enqueue(user.id, call.session_id, works, idempotency_key)

    def _work(self, name: str) -> Work:
        payload = perhaps_large(name)
        type_, plan = self.rng.choice(TYPES), draw_plan(self.rng)
        self.plans.setdefault(payload, prolonged(plan, self.rng) if type_ in (LONG, SLOW) else plan)
        max_attempts = self.rng.choice((None, None, 1))
        not_before = self._draw_moment()
        latest = self.options.latest_start(not_before or self.scheduler.now)
        return Work(type_, payload, max_attempts=max_attempts, not_before=not_before, start_before=latest)

    def _draw_moment(self) -> Millis | None:
        if self.rng.random() < 0.9:
            return None
        longest = 80_000 if self.network.faults is NONE else LONG_WAIT_MS  # without faults nobody sweeps
        return self.scheduler.now + self.rng.choice((1_000, 5_000, 20_000, longest))

    def _dequeue(self, user: User, kind: str) -> Any:
        call = self._call(user, kind)
        wait = self.rng.choice((0, 0, 0.5))
        return call, lambda: self.api.dequeue(user.id, call.session_id, lambda request: request, wait)

    def _outcomes(self, user: User, kind: str) -> Any:
        call = self._call(user, kind, asked=user.reader.place)
        extent, wait = Extent(self.rng.randrange(1, 4)), self.rng.choice((0, 0, 0.5, 2))

        def do() -> Page:
            page, _ = self.api.outcomes(user.id, call.session_id, call.asked, extent, wait)
            user.reader.take(call.asked, page)
            return page

        return call, do

    def _mark_read(self, user: User, kind: str) -> Any:
        """What was seen last, or more than that by mistake."""
        call = self._call(user, kind, asked=user.reader.place + self.rng.choice((0, 0, 1)))
        return call, lambda: self.api.outcomes.mark_read(user.id, call.session_id, call.asked)

    def _sign_in(self, user: User, kind: str) -> Any:
        def do() -> str:
            if self.is_gone(user):
                raise UnauthenticatedError(SESSION_ENDED, code="session_ended")  # there is no such account
            try:
                credentials = self.api.sessions.start(Account(user.id, user.id, "hash", START), "client")
            except LostRaceError:  # disabled or deleted meanwhile
                raise UnauthenticatedError(SESSION_ENDED, code="session_ended") from None
            session_id = FakeTokens().verify(credentials.access_token).session_id
            user.sessions.append(session_id)
            return session_id

        return self._call(user, kind), do

    def _sign_out(self, user: User, kind: str) -> Any:
        call = self._call(user, kind)
        return call, lambda: self.api.sessions.sign_out(Principal(user.id, user.id, call.session_id))

    def _pause(self, user: User, kind: str) -> Any:
        call = self._call(user, kind)
        return call, lambda: self.api.controls.pause(user.id, call.session_id)

    def _resume(self, user: User, kind: str) -> Any:
        call = self._call(user, kind)
        return call, lambda: self.api.controls.resume(user.id, call.session_id)

    def _purge(self, user: User, kind: str) -> Any:
        call = self._call(user, kind, asked=self.rng.random() < 0.5)

        def do() -> Queue:
            if call.asked and self.entries.is_used:
                self.entries.note_forgetting(call.name, user.id)
                self.api.scheduling.forget(user.id, call.session_id)
            return self.api.controls.purge(user.id, call.session_id, forget=call.asked)

        return call, do

    def _schedule(self, user: User, kind: str) -> Any:
        call, key = self._call(user, kind), self.rng.choice("st") if kind == "schedule_keyed" else None
        work = self._work(f"{user.id}.{key}" if key else call.name)
        call.asked = work.payload
        self.entries.scheduled.add(work.payload)
        enter_at = self.scheduler.now + self.rng.choice(MOMENTS if self.network.faults is not NONE else (0,))
        known = IdempotencyKey(key, f"fingerprint of {key}") if key else None
        return call, lambda: self.api.scheduling.schedule(user.id, call.session_id, work, enter_at, known)

    _schedule_keyed = _schedule

    def _unschedule(self, user: User, kind: str) -> Any:
        own = [entry for entry in self.entries.waiting.values() if entry.user_id == user.id]
        asked, id_ = self.rng.choice([(entry.payload, entry.id) for entry in own] or [(None, "none")])
        call = self._call(user, kind, asked)
        return call, lambda: self.api.scheduling.delete(user.id, call.session_id, id_)

    def _cancel(self, user: User, kind: str) -> Any:
        return self._about_one(user, kind, self.api.controls.cancel)

    def _stop(self, user: User, kind: str) -> Any:
        """Mostly what is at the head of the line: it may run. Some ask twice at once."""
        if self.rng.random() < 0.3:
            self.make(user, kind, after=self.rng.randrange(20))
        if self.rng.random() < 0.3:
            return self._about_one(user, kind, self.api.controls.stop)
        call = self._call(user, kind, asked=self._next(user))
        return call, lambda: self.api.controls.stop(user.id, call.session_id, call.asked)

    def _retry(self, user: User, kind: str) -> Any:
        return self._about_one(user, kind, self.api.controls.retry)

    def _skip(self, user: User, kind: str) -> Any:
        return self._about_one(user, kind, self.api.controls.skip)

    def _signal(self, user: User, kind: str) -> Any:
        queue = self.queue(user.id) or Queue(user.id, room=0, limit=0)
        call = self._call(user, kind, asked=queue.head + self.rng.choice((1, 1, 2)))

        def do() -> Any:
            text = f'"{self.rng.choice("xy")}"'
            request = self.api.signals(user.id, call.session_id, call.asked, SIGNAL, text)
            if self.steps:
                self.steps.note_given(user.id, call.asked)
            return request

        return call, do

    def _about_one(self, user: User, kind: str, control: Callable[[str, str, int], Any]) -> Any:
        queue = self.queue(user.id) or Queue(user.id, room=0, limit=0)
        call = self._call(user, kind, asked=queue.head + self.rng.randrange(1, queue.depth + 2))
        return call, lambda: control(user.id, call.session_id, call.asked)

    def _leave(self, user: User, kind: str) -> Any:
        call = self._call(user, kind)
        return call, lambda: self.api.own.delete(Principal(user.id, user.id, call.session_id), PASSWORD)

    def _take_name(self, user: User, kind: str) -> Any:
        """A stranger signs up under the name of this user, if it is free."""
        stranger = Account(user.id, f"stranger-{len(self.made)}", "hash", START)

        def do() -> Account:
            try:
                self.api.accounts.add(stranger)
            except LostRaceError:
                raise ConflictError("This name is taken.") from None
            return stranger

        return self._call(user, kind), do

    def _administer(self, user: User, kind: str) -> Any:
        return self._call(user, kind), lambda: DEEDS[kind](self.api.administration, user.id, self._next(user))

    def _next(self, user: User) -> int:
        queue = self.queue(user.id)
        return queue.head + 1 if queue else 1

    def is_gone(self, user: User) -> bool:
        """Whether the account is deleted."""
        queue = self.queue(user.id)
        return queue is None or queue.deleted_at is not None


TYPES = ("skip", "book", "halt", "skip", "book", SLOW) * 9 + (LONG,) * 5 + (UNKNOWN,)
API_MS = 30_000  # the API function's time-out
LONG_WAIT_MS = 2 * 3_600_000
MOMENTS = (0, 1_000, 5_000, 30_000, 100_000)  # how far ahead requests are scheduled, in milliseconds
PASSWORD = "correct horse battery"
