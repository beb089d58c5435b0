"""One piece of work and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, Self

from chalicelib.core.queueing.retention import FIRST_OF_BATCH_MS, KEPT_MS, LEADING_VOID_MS, expiry
from chalicelib.core.queueing.stored_text import bytes_apart, storable
from chalicelib.core.time import Millis

LONGEST_DELAY_MS: Final = 366 * 24 * 3600 * 1000  # how far ahead a request may be put off


class Status(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # it was not begun before the moment that its caller has set
    VOID = "void"  # a number that was taken and never used; the drain steps over it


class StoppedBy(StrEnum):
    """Who has asked to stop a request that ran."""

    USER = "user"
    ADMINISTRATOR = "administrator"
    SLOT = "slot"  # the request that has replaced it in its slot


OUTCOMES = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.EXPIRED})
UNSUCCESSFUL = OUTCOMES - {Status.SUCCEEDED}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed."""

    kind: str  # error, permanent, timeout, crash, conflict, unknown_type, invalid_payload
    message: str
    retry_after_ms: int | None = None  # the handler's own wish

    def __post_init__(self) -> None:
        """Whatever a handler had to say: every store can take it and every view can show it."""
        object.__setattr__(self, "kind", storable(self.kind))
        object.__setattr__(self, "message", storable(self.message))
        if self.retry_after_ms is not None:
            wish = min(max(0, self.retry_after_ms), LONGEST_DELAY_MS)
            object.__setattr__(self, "retry_after_ms", wish)


class Follows(NamedTuple):
    """The request whose handler has enqueued this one."""

    user_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended."""

    status: Status
    result: str | None = None
    error: Failure | None = None
    superseded_by: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One piece of work under its number, as it is stored. Every change makes a new one.

    It has an outcome once it is settled, and that never changes.
    """

    user_id: str
    seq: int
    type: str
    payload: str  # JSON text; "" where it was not read, see `list_without_payloads` and `payload_bytes`
    status: Status
    enqueued_at: Millis
    attempts: int = 0  # how often it was begun
    forgiven_attempts: int = 0  # those before a retry: they do not count
    attempt_token: str | None = None  # identifies the last attempt
    unfit_since: Millis | None = None  # since when no worker that looked has had code that can take it
    max_attempts: int | None = None  # the caller's wish instead of the handler's policy
    on_failure: str | None = None  # likewise: skip or halt
    not_before: Millis | None = None  # nobody begins it earlier; it holds the line
    overrun_token: str | None = None  # of an attempt that did not end in time and was ended by force
    started_at: Millis | None = None  # of the last attempt
    deadline: Millis | None = None  # while running: the attempt is over by then, one way or the other
    finished_at: Millis | None = None
    result: str | None = None  # JSON text; None also where it was not read, see `result_bytes`
    error: Failure | None = None  # of the last failed attempt
    origin: int | None = None  # the failed request that this one retries
    batch: int | None = None  # first number of its batch; None if it is alone
    key: str | None = None  # the idempotency key that ends with it
    expires_at: Millis | None = None  # when the store may forget it
    payload_bytes: int = 0  # the size of a payload that is an item of its own; 0: it is part of the request
    payload_until: Millis | None = None  # until when such a payload is kept
    upload: str | None = None  # the id of the upload that is the payload, see uploads.py
    result_bytes: int = 0  # likewise of the result, whose attempt is the last one
    stop_requested_at: Millis | None = None  # when somebody asked to stop it; its outcome is `cancelled`
    stopped_by: StoppedBy | None = None  # who that was
    start_before: Millis | None = None  # if it was not begun by then, it expires
    slot: str | None = None  # the name of the slot that it is in, see slots.py
    if_busy: str | None = None  # what its enqueue did about the others in its slot
    slot_before: int | None = None  # the number before it in its slot; None: the slot was free
    superseded_by: int | None = None  # the request that has replaced it
    follows: Follows | None = None  # if a handler has enqueued it
    noted: bool = False  # it may have notes, see notes.py
    awaits: str | None = None  # while its handler is suspended: the signal that it waits for, "" if it sleeps
    eventful: bool = False  # it may have events, see events.py
    callback: str | None = None  # the URL to which its outcome is pushed, see calling_back.py
    paced_until: Millis | None = None  # when its handler's rate allows the next attempt at one of its type
    kept_ms: Millis | None = None  # how long it is kept after its outcome; None: KEPT_MS
    call: str | None = None  # the id of the API call that has sent it, see cause.py
    trace: str | None = None  # where it belongs in a trace, as a traceparent
    unkeyed: bool = False  # an earlier release has ended it, so that the index of its status lacks it

    @property
    def settled(self) -> bool:
        """Whether it has its outcome or is a void: the drain steps over it."""
        return self.status in OUTCOMES or self.status is Status.VOID

    @property
    def owes_callback(self) -> bool:
        """Whether its outcome is to be pushed, once the head has passed it."""
        return self.callback is not None and self.status in OUTCOMES

    @property
    def is_resolved(self) -> bool:
        """Whether it no longer halts its queue: it was settled, or somebody said retry."""
        return self.settled or self.error is None

    @property
    def due(self) -> Millis:
        """When it may be begun, or stepped over. A running attempt must be over first."""
        if self.settled:
            return 0
        if self.status is Status.RUNNING:
            return self.deadline or 0
        return self.not_before or 0

    def begun(self, by: str, now: Millis, deadline: Millis, paced_until: Millis | None = None) -> Self:
        """With another attempt under way."""
        return replace(
            self,
            status=Status.RUNNING,
            attempts=self.attempts + 1,
            attempt_token=by,
            started_at=now,
            deadline=deadline,
            unfit_since=None,
            awaits=None,
            paced_until=paced_until or self.paced_until,
        )

    def suspended(self, until: Millis, awaits: str) -> Self:
        """With an attempt that has ended without counting as one."""
        return replace(
            self,
            status=Status.QUEUED,
            forgiven_attempts=self.forgiven_attempts + 1,
            not_before=until,
            deadline=None,
            error=None,
            awaits=awaits,
        )

    def ended(self, outcome: Outcome, now: Millis) -> Self:
        """With that outcome, at its turn. What becomes a void was never accepted: its payload goes."""
        return replace(
            self,
            status=outcome.status,
            payload="null" if outcome.status is Status.VOID else self.payload,
            result=outcome.result,
            result_bytes=bytes_apart(outcome.result),
            error=outcome.error,
            finished_at=now,
            deadline=None,
            expires_at=expiry(now, self.retention_ms),
            superseded_by=outcome.superseded_by or self.superseded_by,
        )

    def cancelled(self, now: Millis) -> Self:
        """Perhaps long before its turn: it must not expire before that, see `schedule_expiry`."""
        return replace(self.ended(Outcome(Status.CANCELLED), now), expires_at=None)

    @property
    def leads(self) -> bool:
        """Whether it is the first of a batch of several."""
        return self.batch == self.seq

    @property
    def leader(self) -> int | None:
        """The first number of its batch, if it is another one."""
        return None if self.leads else self.batch

    @property
    def retention_ms(self) -> Millis:
        """How long it is kept after its outcome. A void may be the first of a batch, and does not say so."""
        if self.status is Status.VOID and self.batch is None:
            return LEADING_VOID_MS
        return (self.kept_ms or KEPT_MS) + (FIRST_OF_BATCH_MS if self.leads else 0)

    @property
    def counted_attempts(self) -> int:
        return self.attempts - self.forgiven_attempts

    def stop_requested(self, by: StoppedBy, now: Millis, superseded_by: int | None = None) -> Self:
        """With the wish that it stops. It may run on for some seconds, and has one outcome left."""
        return replace(self, stop_requested_at=now, stopped_by=by, superseded_by=superseded_by)

    def is_too_late(self, now: Millis) -> bool:
        """Whether it was not begun before `start_before`. A request that has begun may be tried again later.

        >>> waiting = Request("ada", 1, "echo", "1", Status.QUEUED, enqueued_at=0, start_before=5_000)
        >>> waiting.is_too_late(5_000), waiting.is_too_late(5_001)
        (False, True)
        >>> replace(waiting, attempts=1).is_too_late(5_001)
        False
        """
        never_begun = self.status is Status.QUEUED and not self.attempts
        return never_begun and self.start_before is not None and now > self.start_before

    def has_crashed(self, now: Millis) -> bool:
        """Whether its attempt began, its deadline has passed, and no result was written: a worker crashed."""
        return self.status is Status.RUNNING and (self.deadline or 0) <= now


NO_COUNTS: Mapping[Status, int] = MappingProxyType(dict.fromkeys(OUTCOMES, 0))
