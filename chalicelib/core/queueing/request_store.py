"""The ports through which the core reads and writes requests and idempotency keys."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from chalicelib.core.queueing.idempotency import IdempotencyKey, KeyRecord
from chalicelib.core.queueing.request import Failure, Outcome, Request, StoppedBy
from chalicelib.core.queueing.slots import SlotStore
from chalicelib.core.queueing.texts import TextStore
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.matching import Found, Match


class RequestStore(TextStore, SlotStore, Protocol):
    """The requests of every user, by user and number.

    Each method is one conditional write or one consistent read. A write raises LostRaceError if its
    condition does not hold, and then has changed nothing. A write whose answer was lost may be repeated on
    the way; its repetition then finds that the condition no longer holds. Every method raises
    UnavailableError if the store does not answer.

    A read raises NewerItemError if a newer release has stored what it finds.

    A large payload or result is an item of its own: `TextStore` writes and reads it, and requests are
    returned with its size in its place. The text is written before what refers to it.
    """

    def get(self, user_id: str, seq: int) -> Request | None: ...

    def list_after(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        """At most `limit` requests with numbers above `after`, in order, voids included.

        They end before the first one that a newer release has stored. Raises NewerItemError if none is left.
        """
        ...

    def list_without_payloads(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        """Like `list_after`, with "" for each payload.

        The page may have fewer than `limit` requests although more follow. It is empty only at the end.
        """
        ...

    def list_matching(self, user_id: str, after: int, last: int, limit: int, match: "Match") -> "Found":
        """The first requests that fit, above `after` and up to `last`, with "" for each payload.

        At most `limit`, and as many as one read finds: there may be more although it has found none.
        """
        ...

    def list_indexed(self, user_id: str, after: int, last: int, limit: int, match: "Match") -> "Found":
        """Like `list_matching`, and reads little more than it finds: `match` has an index.

        An index is a moment behind: what was written within the last second may be missing.
        """
        ...

    def write(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        """Store a new request. Condition: nothing is stored under its number.

        With a key, also store that the key stands for the requests from this one to number `last`, in one
        transaction. Second condition: the key is not stored yet, or has expired.

        A request with a slot becomes the slot's last one, in the same transaction. Condition: `slot_before`
        is the last one until then, or the slot is not stored. If the request replaces others, all up to the
        number before it are superseded.
        """
        ...

    def void(self, user_id: str, seq: int, now: Millis, *, expires_at: Millis | None = None) -> None:
        """Store a void under a number whose request was never written. Condition: nothing is stored there.

        It expires at that moment; None: not before `schedule_expiry`.
        """
        ...

    def begin(
        self,
        seen: Request,
        token: str,
        now: Millis,
        deadline: Millis,
        *,
        paced_until: Millis | None = None,
    ) -> Request:
        """Start an attempt, which `token` identifies. Condition: nobody has changed the request since,
        nor forgiven its attempts.

        Second condition: it is `noted` and `eventful` as `seen` says, so that the attempt knows whether steps
        and events may be stored. Third condition, of a request with a slot: it is not superseded there. The
        note that it cannot be taken is removed. `paced_until` is noted if the handler has a rate.
        """
        ...

    def finish(
        self,
        running: Request,
        outcome: Outcome,
        now: Millis,
        effects: Sequence[object] = (),
        *,
        crashed: bool = False,
    ) -> Request:
        """Write the outcome and the effects in one transaction. Condition: this attempt is the current one.

        Second condition, unless the outcome is `cancelled`: nobody has asked to stop the request. Third
        condition: it is `noted` and `eventful` as `running` says, so that its notes are deleted and its chain
        of events is closed afterwards. Fourth condition, if the attempt is given up as `crashed`: nobody has
        renewed it since it was read.

        Raises EffectRefusedError if a condition among the effects does not hold.
        """
        ...

    def requeue(
        self, running: Request, not_before: Millis | None, error: Failure, *, crashed: bool = False
    ) -> Request:
        """End a failed attempt without an outcome.

        Conditions: this attempt is the current one, and nobody has asked to stop the request. Third
        condition, if the attempt is given up as `crashed`: nobody has renewed it since it was read.
        """
        ...

    def suspend(self, running: Request, until: Millis, awaits: str) -> Request:
        """End an attempt that sleeps, or waits for a signal, until that moment: it does not count.

        Conditions: this attempt is the current one, and nobody has asked to stop the request. `awaits`: the
        signal's name, "" for a sleep.
        """
        ...

    def wake(self, seen: Request) -> Request:
        """Let a suspended request go on at once. Conditions: as for `cancel`, and it awaits the same."""
        ...

    def note_unfit(self, seen: Request, now: Millis) -> None:
        """Note that a worker's code cannot take the next request in line; an attempt removes the note.

        Conditions: nobody has changed the request since, and it has no such note.
        """
        ...

    def renew(self, running: Request, deadline: Millis, *, shortens: bool = False) -> Request:
        """Let the attempt go on until `deadline`.

        Conditions: this attempt is the current one, and unless this `shortens` its time, its deadline is not
        later already. So a renewal that reaches the store late does not undo a later one.
        Returns the request as it is stored, which may have been changed since.
        """
        ...

    def request_stop(
        self, seen: Request, by: StoppedBy, now: Millis, superseded_by: int | None = None
    ) -> Request:
        """Ask the running attempt to stop.

        Conditions: the attempt that was read is the current one, and nobody has asked it to stop yet.
        """
        ...

    def is_stop_requested(self, running: Request) -> bool:
        """Whether somebody has asked to stop this request. One read that transfers no payload."""
        ...

    def mark_noted(self, seen: Request) -> Request:
        """Mark that the request may have notes, see notes.py; it may be marked already.

        Condition: if it ran when it was seen, that attempt is the current one; otherwise as for `cancel`.
        """
        ...

    def mark_eventful(self, running: Request) -> None:
        """Mark that the request may have events, see events.py; it may be marked already.

        Condition: this attempt is the current one.
        """
        ...

    def note_overrun(self, user_id: str, seq: int, token: str) -> None:
        """Note that the attempt with this token did not end in time. Condition: it is the current one.

        This changes the error that the user is shown, and nothing else.
        """
        ...

    def settle(self, seen: Request, outcome: Outcome, now: Millis) -> Request:
        """End the next request in line, which is not running.

        Condition: nobody has changed it since, nor forgiven its attempts.

        What becomes a void loses its payload.
        """
        ...

    def cancel(self, seen: Request, now: Millis) -> Request:
        """End a request anywhere in the line; it does not expire yet.

        Condition: nobody has changed it since.
        """
        ...

    def forgive_attempts(self, seen: Request) -> Request:
        """Let the failed attempts no longer count, so that it is tried again. Condition: as for `cancel`."""
        ...

    def schedule_expiry(self, request: Request, now: Millis) -> None:
        """Let a request expire, now that it has an outcome, or is a void, and the head has passed it.

        If it is `unkeyed`, it enters the index of its status.

        If a key ends with this request, the key expires at the same moment. Condition: it stands for this
        request. If it has expired before, it may stand for a newer request or entry, and is left as it is.
        """
        ...


class KeyStore(Protocol):
    """Idempotency keys. They are written by `RequestStore.write`, together with the request."""

    def find(self, user_id: str, key: str, now: Millis) -> KeyRecord | None:
        """The record of the key; None if it was never used, or has expired by `now`.

        Raises UnavailableError.
        """
        ...
