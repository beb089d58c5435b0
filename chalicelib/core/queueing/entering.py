"""Have entries enter the line: each gets the next number, exactly once, whoever crashes on the way."""

import logging
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from chalicelib.core.errors import LostRaceError, NewerItemError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.entry_store import EntryStore
from chalicelib.core.queueing.lane import lane_of
from chalicelib.core.queueing.names import is_account_id
from chalicelib.core.queueing.numbering import give_up
from chalicelib.core.queueing.ports import WakeUps
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.texts import payload_of
from chalicelib.core.queueing.waking import wake_for_number
from chalicelib.core.time import Clock, Millis

# How often one call takes a fresh number because a drain has voided the one that it had.
MAX_TRIES = 3
PAGE = 25  # entries of one user that are read in one call: their payloads are 3 MB at most


class Row(NamedTuple):
    """What one user's entries are, when they are read, in the order in which they enter."""

    user_id: str
    read: Callable[[], Sequence[Entry]]


type ForEachRow = Callable[[Callable[[Row], None], Sequence[Row]], None]


def for_each(enter: Callable[[Row], None], rows: Sequence[Row]) -> None:
    for row in rows:
        enter(row)


def require_room(queue: Queue) -> None:
    """Raises LostRaceError if the queue does not give a number to an entry."""
    if queue.room < 1 or not queue.is_admitted:
        raise LostRaceError


def report_failure(user_id: str, error: Exception) -> None:
    log_event("entry not entered", level=logging.ERROR, user=user_id, exception=error)


@dataclass(frozen=True, slots=True)
class Entering:
    """Brings entries into the line. Several processes may be at the same entry: one of them has it enter.

    The number is taken first. A process that crashes before the request is written leaves a hole, which the
    drain voids, and the entry, which the sweeper has enter later.
    """

    entries: EntryStore
    queues: QueueStore
    requests: RequestStore
    wake_ups: WakeUps
    clock: Clock
    handlers: Registry = field(default_factory=Registry)  # their time limits tell the lane
    is_account: Callable[[str], bool] = is_account_id  # whose queue is not created, but by a sign-in
    for_each: ForEachRow = for_each  # has the entries of several users enter; may do so side by side
    report: Callable[[str, Exception], None] = report_failure  # told of errors that nobody foresaw

    def __call__(self, entry: Entry) -> Request | None:
        """The request that the entry has become; None if it is gone: it has entered already, or was deleted.

        Raises LostRaceError if it cannot enter now, which changes nothing, and UnavailableError.
        """
        for _ in range(MAX_TRIES):
            now = self.clock.now()
            queue = self._take_number(entry, now)
            if queue is None:
                return None
            try:
                found = self._write(entry, entry.request(queue.tail, now))
            finally:
                # Even if nothing was written: others may have taken numbers since and rely on this wake-up.
                lane = lane_of(queue.average_ms, self.handlers.get(entry.type))
                wake_for_number(self.queues, self.wake_ups, queue, now, lane)
            if found is None or found.status is not Status.VOID:
                return found
        raise LostRaceError

    def all_of(self, entries: Sequence[Entry]) -> None:
        """Have those that are due enter, each user's in their order.

        Raises nothing: what fails is left to the sweeper. Nothing of a user enters behind what could not.
        """
        now, by_user = self.clock.now(), dict[str, list[Entry]]()
        for entry in entries:
            if entry.enter_at <= now:
                by_user.setdefault(entry.user_id, []).append(entry)
        self._enter([Row(user_id, partial(list, found)) for user_id, found in by_user.items()])

    def users(
        self, user_ids: Sequence[str], until: Millis, overdue: Container[str] = ()
    ) -> Mapping[str, int | None]:
        """Likewise with a page of what is due of each of these users; begins with no entry at `until`.

        How many of each have entered, by this process or another; None if the store did not answer. A user is
        missing if an entry could not enter, or something else failed. Entries of a user who is `overdue` are
        read only if there is room.
        """
        return self._enter(
            [Row(user_id, partial(self._due, user_id, user_id in overdue)) for user_id in user_ids], until
        )

    def _due(self, user_id: str, is_overdue: bool) -> Sequence[Entry]:
        """Raises LostRaceError if none can enter. Those that wait for room are many, and so are the payloads
        that would be read with them in each sweep.
        """
        if is_overdue and (queue := self.queues.get(user_id)) and queue.deleted_at is None:
            require_room(queue)
        return self.entries.due(user_id, self.clock.now(), PAGE)

    def _enter(self, rows: Sequence[Row], until: Millis | None = None) -> Mapping[str, int | None]:
        entered: dict[str, int | None] = {}
        self.for_each(partial(self._enter_row, entered, until), rows)
        return entered

    def _enter_row(self, entered: dict[str, int | None], until: Millis | None, row: Row) -> None:
        count = 0
        try:
            for entry in row.read():
                if until is not None and self.clock.now() >= until:
                    break
                self(entry)
                count += 1
        except LostRaceError:
            log_event("entry waits for room", user=row.user_id)
        except (UnavailableError, NewerItemError) as error:
            log_event("entry not entered", level=logging.WARNING, user=row.user_id, error=str(error))
            if isinstance(error, UnavailableError):
                entered[row.user_id] = None
        except Exception as error:  # noqa: BLE001 - everybody else's entries must not wait for this
            self.report(row.user_id, error)
        else:
            entered[row.user_id] = count

    def _take_number(self, entry: Entry, now: Millis) -> Queue | None:
        """None if there will never be a queue for the entry, which is dropped. Raises LostRaceError."""
        create = not self.is_account(entry.user_id)
        try:
            return self.entries.take_number(entry.user_id, now, create=create)
        except LostRaceError:
            found = self.queues.get(entry.user_id)
            gone = not create if found is None else found.deleted_at is not None
            if not gone:
                raise
        self._drop(entry, now)
        return None

    def _drop(self, entry: Entry, now: Millis) -> None:
        try:
            self.entries.delete(entry, now)
        except LostRaceError:
            return  # by another process
        log_event("entry dropped: no such account", level=logging.WARNING, user=entry.user_id, id=entry.id)

    def _write(self, entry: Entry, request: Request) -> Request | None:
        """What is stored under the number: the request, or a void. None if the entry is gone."""
        if request.payload_bytes:
            self.requests.write_texts(request.user_id, [payload_of(request)])
        try:
            self.entries.enter(entry, request)
        except LostRaceError:
            # Numbers are given out once: what is there is a void, or this request from a repeated write.
            found = self.requests.get(request.user_id, request.seq)
            if found is None and self._is_without_key(entry):
                return self._write(replace(entry, key=None), replace(request, key=None))
            if found is None:
                give_up(self.requests, request, self.clock.now())
            return found
        caused: dict[str, Any] = {"call": request.call} if request.call else {}
        log_event(
            "entry entered", user=request.user_id, seq=request.seq, type=request.type, id=entry.id, **caused
        )
        return request

    def _is_without_key(self, entry: Entry) -> bool:
        """Whether an entry that was refused is still there, and so is its place: its key is what is missing.

        Earlier releases could let the key of an entry expire. What was accepted enters all the same; a call
        with that key is a new one since.
        """
        if entry.key is None or self.entries.get(entry.user_id, entry.id) is None:
            return False
        log_event("entry enters without its key", level=logging.WARNING, user=entry.user_id, id=entry.id)
        return True
