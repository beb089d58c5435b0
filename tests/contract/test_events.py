"""The chain of events of a request, and the mark that it has one."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.events import LAST, chunk_of, close
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.notes import EVENTS_KEPT_MS, Note, NoteKey, NoteKind, kept_until, list_all
from chalicelib.core.queueing.request import Request
from tests.contract.users import DONE, LATER, NOW, User, assert_refused


def chunk(first: int, text: str) -> Note:
    key = NoteKey(1, NoteKind.EVENT, f"{first:09d}")
    return Note(key, text, kept_until(NOW, NoteKind.EVENT))


ONE = chunk(1, '5 1 output {"a b":\u2028}')
TWO = chunk(2, "5 1 output 1\n5 1 progress 2")


def test_the_last_chunk_is_found_up_to_a_number(user: User) -> None:
    others = [Note(NoteKey(seq, kind, "9"), "1", ONE.expires_at) for seq, kind in OTHERS]
    for note in (ONE, TWO, *others):
        user.store.notes.add(user.id, note)

    def last(at_most: str) -> Note | None:
        return user.store.notes.last(user.id, 1, NoteKind.EVENT, at_most)

    assert [last(at_most) for at_most in (LAST, "000000003", "000000002", "000000001", "000000000")] == [
        *(TWO, TWO, TWO),
        *(ONE, None),
    ]


OTHERS = ((1, NoteKind.STEP), (1, NoteKind.SIGNAL), (2, NoteKind.EVENT))


def test_a_chain_is_closed_once_after_its_last_event(user: User, queued: Request) -> None:
    for note in (ONE, TWO):
        user.store.notes.add(user.id, note)

    for _ in range(2):
        close(user.store.notes, queued, NOW)

    chunks = list_all(user.store.notes, user.id, 1, NoteKind.EVENT)
    assert [(chunk_of(note).first, chunk_of(note).last, chunk_of(note).is_end) for note in chunks] == [
        (1, 1, False),
        (2, 3, False),
        (4, 3, True),
    ]
    assert {note.expires_at for note in chunks} == {NOW + EVENTS_KEPT_MS}
    with pytest.raises(LostRaceError):
        user.store.notes.add(user.id, chunk(4, "5 1 output 1"))


def test_only_the_current_attempt_marks_a_request(user: User, queued: Request) -> None:
    given_up = user.begin(1, by="one")
    seen = user.written(1)
    user.store.requests.mark_eventful(given_up)
    user.store.requests.mark_eventful(given_up)
    assert user.written(1) == replace(given_up, eventful=True)

    assert_refused(lambda: user.store.requests.begin(seen, "other", NOW, LATER))
    current = user.begin(1, by="other")
    assert current.eventful
    assert_refused(
        lambda: user.store.requests.mark_eventful(given_up),
        lambda: user.store.requests.mark_eventful(queued),
    )


def test_nobody_ends_an_attempt_without_knowing_that_it_was_marked(user: User, queued: Request) -> None:
    """Whoever ends it closes the chain afterwards."""
    seen = user.begin(1)
    user.store.requests.mark_eventful(seen)

    assert_refused(lambda: user.store.requests.finish(seen, DONE, LATER))

    assert user.store.requests.finish(user.written(1), DONE, LATER).eventful


def test_a_request_stays_marked_until_it_is_forgotten(user: User, queued: Request) -> None:
    user.store.requests.mark_eventful(user.begin(1))

    for change in (
        lambda seen: user.store.requests.suspend(seen, LATER, "go"),
        user.store.requests.wake,
        lambda seen: user.store.requests.begin(seen, "again", NOW, LATER),
        lambda seen: user.store.requests.renew(seen, LATER),
        lambda seen: user.store.requests.cancel(seen, LATER),
    ):
        assert change(user.written(1)).eventful
    assert user.written(1).eventful


def test_a_journal_reads_the_chain_only_if_there_may_be_one(user: User, queued: Request) -> None:
    user.store.notes.add(user.id, ONE)
    running = user.begin(1)

    def journal(request: Request) -> Journal:
        return Journal(user.store.requests, lambda: user.store.notes, None, request)  # type: ignore[arg-type]

    assert journal(running).conclude(running) is running
    assert journal(running).last(NoteKind.EVENT, LAST) == ONE
