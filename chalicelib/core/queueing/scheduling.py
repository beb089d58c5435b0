"""Requests that enter their user's line at a moment: schedule, show and delete them."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.core.errors import InvalidInputError, LostRaceError, NotFoundError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.cause import Cause, caused, no_cause
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.entering import Entering
from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.entry_store import EntryStore
from chalicelib.core.queueing.idempotency import IdempotencyKey, KeyRecord
from chalicelib.core.queueing.opening import live_or_new
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request_store import KeyStore, RequestStore
from chalicelib.core.time import Clock, Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.user_limit import UserLimit

MAX_TRIES = 3
PAGE = 100
DELETED = "This Idempotency-Key was used for a request that has since been deleted."
EXPIRED = "This Idempotency-Key was used for a request that has expired: outcomes are not kept for ever."


@dataclass(frozen=True, slots=True)
class Scheduled:
    """An entry as its user sees it."""

    entry: Entry
    seq: int | None = None  # once it has entered the line
    replayed: bool = False  # accepted by an earlier call with the same idempotency key


@dataclass(frozen=True, slots=True)
class Scheduling:
    """The user's own entries. Each call takes the caller's session; all raise UnauthenticatedError.

    The session is looked at in the queue item first: a sign-out in the milliseconds between may be answered
    before the write. A service may schedule for a name without a queue: an entry creates it when it enters,
    or this call does, if the user has a rate.
    """

    entries: EntryStore
    queues: QueueStore
    requests: RequestStore
    keys: KeyStore
    entering: Entering
    clock: Clock
    new_token: Callable[[], str] = lambda: secrets.token_hex(8)
    limit: "UserLimit | None" = None  # how many requests a user may send in a time
    cause: Callable[[], Cause] = no_cause  # of what is scheduled now

    def schedule(
        self, user_id: str, session_id: str, work: Work, enter_at: Millis, key: IdempotencyKey | None = None
    ) -> Scheduled:
        """Accept a request that enters at that moment. What this has returned is stored.

        Raises InvalidInputError, TooManyError, UnavailableError.
        """
        for _ in range(MAX_TRIES):
            now = self.clock.now()
            queue = self._queue(user_id, session_id)
            if key and (known := self.keys.find(user_id, key.key, now)):
                return self._replay(queue, known, key)
            if self.limit:
                self.limit.pay_for_entry(user_id, session_id, now)
            entry = Entry(
                user_id=user_id,
                id=entry_id(enter_at, self.new_token()),
                enter_at=enter_at,
                type=work.type,
                payload=work.payload,
                created_at=now,
                max_attempts=work.max_attempts,
                on_failure=work.on_failure,
                not_before=work.not_before,
                key=key.key if key else None,
                callback=work.callback,
                kept_ms=work.kept_ms,
            )
            entry = caused(entry, self.cause())
            if self._is_written(entry, key):
                log_event("request scheduled", user=user_id, id=entry.id, type=entry.type)
                return Scheduled(entry, self._enter_at_once(entry))
        raise UnavailableError("The request could not be stored in time. Nothing was accepted; try again.")

    def page(self, user_id: str, session_id: str, after: str, limit: int) -> Sequence[Entry]:
        """The entries that enter after the one with that id, without payloads; empty only at the end."""
        self._queue(user_id, session_id)
        return self.entries.list_after(user_id, after, limit)

    def show(self, user_id: str, session_id: str, entry_id: str) -> Entry:
        """Raises NotFoundError: it may have entered the line."""
        self._queue(user_id, session_id)
        if entry := self.entries.get(user_id, entry_id):
            return entry
        raise _not_found(entry_id)

    def delete(self, user_id: str, session_id: str, entry_id: str) -> None:
        """It never enters the line. Raises NotFoundError: it may have done so already."""
        entry = self.show(user_id, session_id, entry_id)
        try:
            self.entries.delete(entry, self.clock.now())
        except LostRaceError:
            raise _not_found(entry_id) from None
        log_event("scheduled request deleted", user=user_id, id=entry_id)

    def forget(self, user_id: str, session_id: str, until: Millis | None = None) -> bool:
        """Delete all entries of the user, the soonest first. Whether all are gone.

        One that is entering meanwhile has its number afterwards. No deletion is begun at `until` or later.
        """
        after = ""
        while page := self.entries.list_after(user_id, after, PAGE):
            self._queue(user_id, session_id)  # who has no entries pays for nothing else
            for entry in page:
                if until is not None and self.clock.now() >= until:
                    return False
                self._forget_one(entry)
            after = page[-1].id
        return True

    def _forget_one(self, entry: Entry) -> None:
        try:
            self.entries.delete(entry, self.clock.now())
        except LostRaceError:
            log_event("entry gone", user=entry.user_id, id=entry.id)

    def _is_written(self, entry: Entry, key: IdempotencyKey | None) -> bool:
        """False if another call with the same key was faster: no other call has this id."""
        try:
            self.entries.write(entry, key)
        except LostRaceError:
            return False
        return True

    def _enter_at_once(self, entry: Entry) -> int | None:
        """The number, if the entry is due already and has entered. The sweeper has the others enter."""
        if entry.enter_at > self.clock.now():
            return None
        try:
            request = self.entering(entry)
        except (LostRaceError, UnavailableError):
            return None
        return request.seq if request else None

    def _replay(self, queue: Queue, known: KeyRecord, key: IdempotencyKey) -> Scheduled:
        """The entry that was accepted under the key. Raises InvalidInputError."""
        if known.fingerprint != key.fingerprint or known.entry is None:
            raise InvalidInputError("This Idempotency-Key was used for a different call.", code="key_reused")
        if not known.first:
            if entry := self.entries.get(queue.user_id, known.entry):
                return Scheduled(entry, replayed=True)
            found = self.keys.find(queue.user_id, key.key, self.clock.now())
            known = known if found is None else found  # it may have entered just now
        if known.first <= queue.floor:
            raise InvalidInputError(DELETED, code="key_deleted")
        request = self.requests.get(queue.user_id, known.first)
        if request is None:
            raise InvalidInputError(EXPIRED, code="key_expired")
        return Scheduled(Entry.entered(known.entry or "", request), request.seq, replayed=True)

    def _queue(self, user_id: str, session_id: str) -> Queue:
        return live_or_new(self.queues.get(user_id), user_id, session_id, self.clock.now())


def _not_found(entry_id: str) -> NotFoundError:
    return NotFoundError(f"No request {entry_id} is scheduled. It may have entered the line.")
