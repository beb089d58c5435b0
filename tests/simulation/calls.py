"""What users do, each call as one actor, and what they were told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chalicelib.adapters.memory.clock import START
from chalicelib.core.errors import (
    SESSION_ENDED,
    ConflictError,
    LostRaceError,
    UnauthenticatedError,
)
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.pages import Extent, Page
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.time import Millis
from tests.fakes.secrets import FakeTokens
from tests.simulation.administrators import DEEDS
from tests.simulation.deployments import UNKNOWN
from tests.simulation.executions import LONG, SLOW
from tests.simulation.faults import NONE
from tests.simulation.large import perhaps_large
from tests.simulation.plans import Plan, draw_plan, prolonged
from tests.simulation.records import Call, User
from tests.simulation.services import BLOCKING
from tests.simulation.steering_calls import SteeringCalls


class Calls(SteeringCalls):
    """All kinds of calls."""

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

        def do() -> Accepted:
            self.charge(call.session_id, len(works))
            asked = user.id, call.session_id
            sent, claim = self.uploader.upload(*asked, works) if self.uploader else (works, None)
            return self.api.enqueue(*asked, sent, idempotency_key, claim)

        return call, do

    def _tick(self, user: User, _kind: str) -> Any:
        """A short request that succeeds."""
        session_id = next((s for s in user.sessions if self._is_live(user, s)), "none")
        call = replace(self._call(user, "enqueue"), session_id=session_id)
        payload = f"{call.name}.0"
        self.plans[payload] = Plan()
        url = self.callbacks.url_of(payload) if self.callbacks else None
        return self._enqueue_works(user, call, [Work("skip", payload, callback=url)], None)

    def has_session(self, user: User) -> bool:
        """Whether the user is signed in."""
        return any(self._is_live(user, session_id) for session_id in user.sessions)

    def _is_live(self, user: User, session_id: str) -> bool:
        queue = self.queue(user.id)
        return queue is not None and queue.is_live(session_id, self.scheduler.now)

    def _work(self, name: str) -> Work:
        payload = perhaps_large(name)
        type_, plan = self.rng.choice(TYPES), draw_plan(self.rng)
        self.plans.setdefault(payload, prolonged(plan, self.rng) if type_ in (LONG, SLOW) else plan)
        max_attempts = self.rng.choice((None, None, 1))
        not_before = self._draw_moment()
        latest = self.options.latest_start(not_before or self.scheduler.now)
        return Work(
            type_,
            payload,
            max_attempts=max_attempts,
            not_before=not_before,
            start_before=latest,
            callback=self.callbacks.url_of(payload) if self.callbacks else None,
        )

    def _draw_moment(self) -> Millis | None:
        if self.rng.random() < 0.9:
            return None
        longest = 80_000 if self.network.faults is NONE else LONG_WAIT_MS  # without faults nobody sweeps
        return self.scheduler.now + self.rng.choice((1_000, 5_000, 20_000, longest))

    def _dequeue(self, user: User, kind: str) -> Any:
        call = self._call(user, kind)
        wait, most = self.rng.choice((0, 0, 0.5)), 3 if len(self.made) % 4 == 0 else 1
        if most > 1:
            self.taking_several.add(call.name)
        show: Any = list
        return call, lambda: self.api.dequeue(user.id, call.session_id, show, wait, lambda: Extent(most))

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
        deed = (DEEDS | BLOCKING)[kind]
        return self._call(user, kind), lambda: deed(self.api.administration, user.id, self._next(user))

    def is_gone(self, user: User) -> bool:
        """Whether the account is deleted."""
        queue = self.queue(user.id)
        return queue is None or queue.deleted_at is not None


TYPES = ("skip", "book", "halt", "skip", "book", SLOW) * 9 + (LONG,) * 5 + (UNKNOWN,)
LONG_WAIT_MS = 2 * 3_600_000
MOMENTS = (0, 1_000, 5_000, 30_000, 100_000)  # how far ahead requests are scheduled, in milliseconds
PASSWORD = "correct horse battery"
