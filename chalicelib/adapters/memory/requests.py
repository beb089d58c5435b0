"""Requests in memory, by user and number."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from chalicelib.adapters.memory.entry_items import put, require_new
from chalicelib.adapters.memory.keys import MemoryKeys
from chalicelib.adapters.memory.slots import MemorySlots
from chalicelib.adapters.memory.storable import storable
from chalicelib.adapters.memory.tables import MemoryTables, require
from chalicelib.adapters.memory.texts import MemoryTexts
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.cause import ended, has_room
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.matching import Found, Match
from chalicelib.core.queueing.request import UNSUCCESSFUL, Failure, Outcome, Request, Status, StoppedBy
from chalicelib.core.queueing.retention import expiry
from chalicelib.core.time import Millis

NONE: Mapping[int, Request] = {}

type Commit = Callable[[Sequence[object]], None]
"""Writes the effects of a request together with its outcome, all or none. Raises EffectRefusedError."""


class MemoryRequests(MemoryTexts, MemorySlots):
    """The port `RequestStore`."""

    def __init__(self, tables: MemoryTables, keys: MemoryKeys, commit: Commit) -> None:
        super().__init__(tables)
        self._keys = keys
        self._commit = commit
        self.page_size = 1_000  # DynamoDB's is in bytes

    def get(self, user_id: str, seq: int) -> Request | None:
        return self._tables.requests.get(user_id, NONE).get(seq)

    def list_after(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        places = self._tables.requests.get(user_id, NONE)
        return [places[seq] for seq in sorted(seq for seq in places if seq > after)[:limit]]

    def list_without_payloads(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        page = self.list_after(user_id, after, min(limit, self.page_size))
        return [replace(request, payload="") for request in page]

    def list_matching(self, user_id: str, after: int, last: int, limit: int, match: Match) -> Found:
        read = [r for r in self.list_without_payloads(user_id, after, self.page_size) if r.seq <= last]
        fitting = [request for request in read if match.fits(request)]
        if len(fitting) > limit:
            return Found(fitting[:limit], fitting[limit - 1].seq)
        return Found(fitting, read[-1].seq if len(read) == self.page_size else last)

    def list_indexed(self, user_id: str, after: int, last: int, limit: int, match: Match) -> Found:
        places = self._tables.requests.get(user_id, NONE)
        numbers = [n for n in sorted(places) if after < n <= last and _is_found(places[n], match)]
        found = [replace(places[n], payload="") for n in numbers[:limit]]
        at = numbers[limit - 1] if len(numbers) > limit else last
        return Found([request for request in found if match.fits(request)], at)

    def write(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        places = self._tables.requests.setdefault(request.user_id, {})
        if request.seq in places:
            raise LostRaceError
        slot = self._entered(request)
        if key:
            self._keys.put(request, key, last)
        if request.slot and slot:
            self._tables.slots[request.user_id, request.slot] = slot
        places[request.seq] = storable(_without_texts(request))

    def void(self, user_id: str, seq: int, now: Millis, *, expires_at: Millis | None = None) -> None:
        self.write(Request(user_id, seq, "void", "null", Status.VOID, enqueued_at=now, expires_at=expires_at))

    def begin(
        self,
        seen: Request,
        token: str,
        now: Millis,
        deadline: Millis,
        *,
        paced_until: Millis | None = None,
    ) -> Request:
        found = self._unforgiven_since(seen)
        require(_marks(found) == _marks(seen))
        self._require_not_superseded(seen)
        return self._save(found.begun(token, now, deadline, paced_until))

    def finish(
        self,
        running: Request,
        outcome: Outcome,
        now: Millis,
        effects: Sequence[object] = (),
        *,
        crashed: bool = False,
    ) -> Request:
        found = self._current(running)
        if crashed:
            self._untouched(running)
        if outcome.status is not Status.CANCELLED:
            _require_not_stopped(found)
        require(_marks(found) == _marks(running))
        finished = ended(found, outcome, now)
        entries = [effect for effect in effects if isinstance(effect, Entry)]
        for entry in entries:
            require_new(self._tables, entry)
        self._commit([effect for effect in effects if not isinstance(effect, Entry)])
        for entry in entries:
            put(self._tables, entry)
        return self._save(finished)

    def renew(self, running: Request, deadline: Millis, *, shortens: bool = False) -> Request:
        found = self._current(running)
        require(shortens or (found.deadline or 0) <= deadline)
        return self._save(replace(found, deadline=deadline))

    def request_stop(
        self, seen: Request, by: StoppedBy, now: Millis, superseded_by: int | None = None
    ) -> Request:
        found = self._current(seen)
        _require_not_stopped(found)
        return self._save(found.stop_requested(by, now, superseded_by))

    def is_stop_requested(self, running: Request) -> bool:
        found = self.get(running.user_id, running.seq)
        return found is not None and found.stop_requested_at is not None

    def mark_noted(self, seen: Request) -> Request:
        found = self._current(seen) if seen.status is Status.RUNNING else self._untouched(seen)
        return self._save(replace(found, noted=True))

    def mark_eventful(self, running: Request) -> None:
        self._save(replace(self._current(running), eventful=True))

    def note_overrun(self, user_id: str, seq: int, token: str) -> None:
        found = self.get(user_id, seq)
        if found is None or found.status is not Status.RUNNING or found.attempt_token != token:
            raise LostRaceError
        self._save(replace(found, overrun_token=token))

    def requeue(
        self, running: Request, not_before: Millis | None, error: Failure, *, crashed: bool = False
    ) -> Request:
        found = self._current(running)
        if crashed:
            self._untouched(running)
        _require_not_stopped(found)
        waiting = replace(
            found,
            status=Status.QUEUED,
            not_before=not_before,
            deadline=None,
            error=Failure(error.kind, error.message),
            call=found.call if has_room(found, error.message) else None,
        )
        return self._save(waiting)

    def suspend(self, running: Request, until: Millis, awaits: str) -> Request:
        found = self._current(running)
        _require_not_stopped(found)
        return self._save(found.suspended(until, awaits))

    def wake(self, seen: Request) -> Request:
        found = self._untouched(seen)
        require(found.awaits == seen.awaits)
        return self._save(replace(found, not_before=None, awaits=None))

    def note_unfit(self, seen: Request, now: Millis) -> None:
        found = self._untouched(seen)
        if found.unfit_since is not None:
            raise LostRaceError
        self._save(replace(found, unfit_since=now))

    def settle(self, seen: Request, outcome: Outcome, now: Millis) -> Request:
        return self._save(ended(self._unforgiven_since(seen), outcome, now))

    def cancel(self, seen: Request, now: Millis) -> Request:
        return self._save(self._untouched(seen).cancelled(now))

    def schedule_expiry(self, request: Request, now: Millis) -> None:
        expires_at = request.expires_at or expiry(now, request.retention_ms)
        found = self.get(request.user_id, request.seq)
        if found and (request.expires_at is None or request.unkeyed):
            self._save(replace(found, expires_at=expires_at, unkeyed=False))
        self._keys.expire(request, expires_at)

    def forgive_attempts(self, seen: Request) -> Request:
        found = self._untouched(seen)
        return self._save(replace(found, forgiven_attempts=seen.attempts, not_before=None, error=None))

    def _untouched(self, seen: Request) -> Request:
        found = self.get(seen.user_id, seen.seq)
        if found is None or _state(found) != _state(seen):
            raise LostRaceError
        return found

    def _unforgiven_since(self, seen: Request) -> Request:
        found = self._untouched(seen)
        require(found.forgiven_attempts == seen.forgiven_attempts)
        return found

    def _current(self, running: Request) -> Request:
        found = self.get(running.user_id, running.seq)
        if (
            found is None
            or found.status is not Status.RUNNING
            or found.attempt_token != running.attempt_token
        ):
            raise LostRaceError
        return found

    def _save(self, request: Request) -> Request:
        self._tables.requests[request.user_id][request.seq] = storable(_without_texts(request))
        return request


def _is_found(request: Request, match: Match) -> bool:
    """Whether the index has it: that of types does not know the status."""
    if match.status in UNSUCCESSFUL:
        return match.fits(request) and not request.unkeyed
    return request.type == match.type


def _state(request: Request) -> tuple[Status, int, Millis | None, Millis | None]:
    return request.status, request.attempts, request.deadline, request.stop_requested_at


def _require_not_stopped(found: Request) -> None:
    """Raises LostRaceError if somebody has asked to stop the request."""
    if found.stop_requested_at is not None:
        raise LostRaceError


def _without_texts(request: Request) -> Request:
    """As it is stored beside its large texts."""
    if not (request.payload_bytes or request.result_bytes):
        return request
    payload = "" if request.payload_bytes else request.payload
    return replace(request, payload=payload, result=None if request.result_bytes else request.result)


def _marks(request: Request) -> tuple[bool, bool]:
    return request.noted, request.eventful
