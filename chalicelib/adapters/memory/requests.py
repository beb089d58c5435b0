"""The requests, by user and number."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from chalicelib.adapters.memory.effects import Ledger
from chalicelib.adapters.memory.keys import MemoryKeys
from chalicelib.core.errors import EffectRefusedError, LostRaceError
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status, expiry
from chalicelib.core.time import Millis

ITEM_BYTES = 400 * 1024  # DynamoDB's limit
NUMBER = 10**38  # DynamoDB keeps 38 digits
NONE: Mapping[int, Request] = {}


class MemoryRequests(MemoryKeys):
    def __init__(self) -> None:
        super().__init__()
        self.requests_of: dict[str, dict[int, Request]] = {}
        self.ledger = Ledger()
        self.page_size = 1_000  # DynamoDB's is in bytes

    def write(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        places = self.requests_of.setdefault(request.user_id, {})
        if request.seq in places:
            raise LostRaceError
        if key:
            self._note(request, key, last)
        places[request.seq] = _storable(request)

    def forget(self, user_id: str) -> bool:
        self.requests_of.pop(user_id, None)
        self.forget_keys(user_id)
        return True

    def void(self, user_id: str, seq: int, now: Millis) -> None:
        self.write(Request(user_id, seq, "void", "null", Status.VOID, enqueued_at=now))

    def request(self, user_id: str, seq: int) -> Request | None:
        return self.requests_of.get(user_id, NONE).get(seq)

    def requests(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        places = self.requests_of.get(user_id, NONE)
        return [places[seq] for seq in sorted(seq for seq in places if seq > after)[:limit]]

    def requests_without_payloads(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        page = self.requests(user_id, after, min(limit, self.page_size))
        return [replace(request, payload="") for request in page]

    def begin(self, seen: Request, by: str, now: Millis, deadline: Millis) -> Request:
        return self._save(self._untouched(seen).begun(by, now, deadline))

    def finish(
        self, running: Request, outcome: Outcome, now: Millis, effects: Sequence[object] = ()
    ) -> Request:
        finished = self._current(running).ended(outcome, now)
        try:
            _storable(finished)
        except ValueError as error:
            raise EffectRefusedError(f"The result could not be written: {error}") from error
        self.commit(effects)
        return self._save(finished)

    def commit(self, effects: Sequence[object]) -> None:
        """Write the effects of a request that is about to get its outcome. Raises EffectRefusedError."""
        self.ledger.commit(effects)

    def note_overrun(self, user_id: str, seq: int, mark: str) -> None:
        found = self.request(user_id, seq)
        if found is None or found.status is not Status.RUNNING or found.begun_by != mark:
            raise LostRaceError
        self._save(replace(found, overran=mark))

    def put_back(
        self,
        running: Request,
        not_before: Millis | None,
        error: Failure,
        unfit_since: Millis | None = None,
    ) -> Request:
        found = self._current(running)
        waiting = replace(
            found,
            status=Status.QUEUED,
            not_before=not_before,
            deadline=None,
            error=Failure(error.kind, error.message),
            unfit_since=unfit_since,
            forgiven=found.forgiven + (unfit_since is not None),
        )
        return self._save(waiting)

    def settle(self, seen: Request, outcome: Outcome, now: Millis) -> Request:
        return self._save(self._untouched(seen).ended(outcome, now))

    def cancel(self, seen: Request, now: Millis) -> Request:
        return self._save(self._untouched(seen).cancelled(now))

    def expire(self, request: Request, now: Millis) -> None:
        expires_at = request.expires_at or expiry(now)
        found = self.request(request.user_id, request.seq)
        if found and request.expires_at is None:
            self._save(replace(found, expires_at=expires_at))
        self._expire_key(request, expires_at)

    def remove_expired(self, now: Millis) -> None:
        """What DynamoDB does by itself."""
        for places in self.requests_of.values():
            for seq in [seq for seq, request in places.items() if now >= (request.expires_at or now + 1)]:
                del places[seq]

    def allow(self, seen: Request) -> Request:
        found = self._untouched(seen)
        return self._save(
            replace(found, forgiven=seen.attempts, unfit_since=None, not_before=None, error=None)
        )

    def _untouched(self, seen: Request) -> Request:
        found = self.request(seen.user_id, seen.seq)
        if found is None or (found.status, found.attempts) != (seen.status, seen.attempts):
            raise LostRaceError
        return found

    def _current(self, running: Request) -> Request:
        found = self.request(running.user_id, running.seq)
        if found is None or found.status is not Status.RUNNING or found.begun_by != running.begun_by:
            raise LostRaceError
        return found

    def _save(self, request: Request) -> Request:
        self.requests_of[request.user_id][request.seq] = _storable(request)
        return request


def _storable(request: Request) -> Request:
    """Raises ValueError for what DynamoDB refuses, and for text that could not be shown afterwards."""
    message = request.error.message if request.error else ""
    if sum(len(text.encode()) for text in (request.payload, request.result or "", message)) > ITEM_BYTES:
        raise ValueError("it is too large.")
    for moment in (request.not_before, request.deadline):
        if moment is not None and (not isinstance(moment, int) or abs(moment) >= NUMBER):
            raise ValueError(f"{moment} is no moment.")
    return request
