"""Deliberate defects of events. mutations.py has the others."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pytest import MonkeyPatch  # noqa: PT013 - only the type

from chalicelib.adapters.memory.notes import MemoryNotes
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing import events, keeping
from chalicelib.core.queueing.attempt import Ran
from chalicelib.core.queueing.conclusion import Conclusion
from chalicelib.core.queueing.event_watch import EventPage, _WatchedEvents
from chalicelib.core.queueing.events import EventChain, NewEvent
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind, kept_until
from chalicelib.core.queueing.policy import Policy
from chalicelib.core.queueing.request import Request
from tests.simulation import faults
from tests.simulation.mutations import defect, finish_without_looking_at, under

STALE = faults.Faults(stall=0.2, intrude=0.5)  # attempts that are given up and go on


@defect
@under(STALE)
def chunk_stored_without_a_condition(patch: MonkeyPatch) -> None:
    add = MemoryNotes.add

    def put(store: MemoryNotes, user_id: str, note: Note) -> None:
        if note.key.kind is NoteKind.EVENT:
            store._tables.notes[user_id, note.key] = note
        else:
            add(store, user_id, note)

    patch.setattr(MemoryNotes, "add", put)


@defect
@under(STALE)
def chunk_of_another_attempt_taken_for_own(patch: MonkeyPatch) -> None:
    patch.setattr(EventChain, "_is_own", lambda chain, found: True)


@defect
@under(faults.Faults(repeat=0.3))
def own_chunk_taken_for_that_of_another_attempt(patch: MonkeyPatch) -> None:
    """A chunk whose write was repeated is stored again, under the next number."""

    def add(chain: EventChain, chunk: Sequence[NewEvent]) -> None:
        journal = chain._journal
        number, _ = chain._place or (chain._first_number(), None)
        journal._mark_eventful()
        while True:
            key = NoteKey(journal.seq, NoteKind.EVENT, events.chunk_name(number))
            note = Note(key, events._text(chunk, journal.attempt), kept_until(journal.now(), key.kind))
            number += len(chunk)
            try:
                journal._notes().add(journal.user_id, note)
            except LostRaceError:
                continue
            chain._place = number, chunk
            return

    patch.setattr(EventChain, "add", add)


@defect
@under(faults.Faults(fail=0.2))
def place_looked_up_again_after_a_lost_answer(patch: MonkeyPatch) -> None:
    original = EventChain.add

    def add(chain: EventChain, chunk: Sequence[NewEvent]) -> None:
        try:
            original(chain, chunk)
        except UnavailableError:
            chain._place = None
            raise

    patch.setattr(EventChain, "add", add)


@defect
@under(STALE)
def first_event_stored_after_those_of_a_later_attempt(patch: MonkeyPatch) -> None:
    def first_number(chain: EventChain) -> int:
        note = chain._journal.last(NoteKind.EVENT, events.LAST) if chain._journal.eventful else None
        return events.chunk_of(note).last + 1 if note else 1

    patch.setattr(EventChain, "_first_number", first_number)


@defect
def chain_left_open(patch: MonkeyPatch) -> None:
    patch.setattr(events, "close", lambda notes, ended, now: None)


@defect
def chain_closed_before_the_outcome(patch: MonkeyPatch) -> None:
    original = Journal.conclude

    def conclude(journal: Journal, running: Request) -> Request:
        concluded = original(journal, running)
        if concluded.eventful:
            events.close(journal._notes(), concluded, journal.now())
        return concluded

    patch.setattr(Journal, "conclude", conclude)


@defect
@under(faults.Faults(stall=0.3))
def crash_told_without_looking_for_the_mark_of_a_late_attempt(patch: MonkeyPatch) -> None:
    finish_without_looking_at("eventful", patch)


@defect
@under(faults.Faults(crash=0.05))
def events_stored_after_the_outcome(patch: MonkeyPatch) -> None:
    original, left = Conclusion.__call__, dict[str | None, Any]()

    def conclude(journal: Journal, running: Request) -> Request:
        left[running.attempt_token] = journal.events
        return replace(running, noted=journal.noted, eventful=journal.eventful)

    def end(conclusion: Conclusion, running: Request, ran: Ran, policy: Policy) -> Any:
        ending = original(conclusion, running, ran, policy)
        if left[running.attempt_token]:
            left[running.attempt_token].finish()
        return ending

    patch.setattr(Journal, "conclude", conclude)
    patch.setattr(Conclusion, "__call__", end)


@defect
@under(STALE)
def marked_as_eventful_without_a_condition(patch: MonkeyPatch) -> None:
    def mark(store: MemoryRequests, running: Request) -> None:
        store._save(replace(store.get(running.user_id, running.seq) or running, eventful=True))

    patch.setattr(MemoryRequests, "mark_eventful", mark)


@defect
@under(STALE)
def watcher_told_of_the_end_before_the_chain_is_closed(patch: MonkeyPatch) -> None:
    original = _WatchedEvents._read

    def read(watched: _WatchedEvents) -> EventPage:
        page = original(watched)
        return page._replace(ended=watched._request is not None and watched._request.settled)

    patch.setattr(_WatchedEvents, "_read", read)


@defect
def watcher_that_begins_in_the_middle_of_a_chunk(patch: MonkeyPatch) -> None:
    patch.setattr(_WatchedEvents, "_containing", lambda watched, place: None)


@defect
def events_that_expire_before_their_request(patch: MonkeyPatch) -> None:
    patch.setattr(keeping, "_kinds_to_look_at", lambda request, now: ())
