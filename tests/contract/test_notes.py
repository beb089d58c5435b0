"""Notes beside a request, and the mark that it may have some."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind, clean_up, kept_until, list_all
from chalicelib.core.queueing.request import Outcome, Request, Status
from tests.contract.users import DONE, LATER, NOW, User, assert_refused

UNTIL = kept_until(NOW)


def note(name: str, text: str = "1", seq: int = 1, kind: NoteKind = NoteKind.STEP) -> Note:
    return Note(NoteKey(seq, kind, name), text, UNTIL)


def test_the_first_note_under_a_name_stays(user: User) -> None:
    user.store.notes.add(user.id, note("charge"))

    with pytest.raises(LostRaceError):
        user.store.notes.add(user.id, note("charge", "2"))
    assert user.store.notes.get(user.id, note("charge").key) == note("charge")
    assert user.store.notes.get(user.id, note("other").key) is None


def test_notes_are_listed_by_kind_in_the_order_of_their_names(user: User) -> None:
    of_others = [note("b", seq=2), note("b", kind=NoteKind.SIGNAL), note("b", kind=NoteKind.EVENT)]
    for each in (note("c"), note("a"), note("b"), *of_others):
        user.store.notes.add(user.id, each)

    assert user.store.notes.list(user.id, 1, NoteKind.STEP) == [note("a"), note("b"), note("c")]
    assert user.store.notes.list(user.id, 1, NoteKind.STEP, limit=2) == [note("a"), note("b")]
    assert user.store.notes.list(user.id, 1, NoteKind.STEP, after="a", limit=1) == [note("b")]
    assert user.store.notes.list(user.id, 1, NoteKind.STEP, after="c") == []


def test_more_notes_than_one_page_are_listed(user: User) -> None:
    names = [f"{n:03d}" for n in range(150)]
    for name in names:
        user.store.notes.add(user.id, note(name))

    found = list_all(user.store.notes, user.id, 1, NoteKind.STEP)
    assert [each.key.name for each in found] == names


def test_steps_and_signals_are_cleaned_up_and_events_are_not(user: User, queued: Request) -> None:
    kept = [note("e", kind=NoteKind.EVENT), note("a", seq=2)]
    gone = [note("s", kind=NoteKind.SIGNAL), *(note(str(n)) for n in range(30))]
    for each in (*kept, *gone):
        user.store.notes.add(user.id, each)

    for _ in range(2):
        clean_up(user.store.notes, queued)

    assert [user.store.notes.get(user.id, each.key) for each in kept] == kept
    assert list_all(user.store.notes, user.id, 1, NoteKind.STEP) == []
    assert list_all(user.store.notes, user.id, 1, NoteKind.SIGNAL) == []


def test_a_note_is_kept_longer_if_it_is_there(user: User) -> None:
    user.store.notes.add(user.id, note("a"))

    user.store.notes.keep(user.id, note("a").key, UNTIL + 5_000)

    found = user.store.notes.get(user.id, note("a").key)
    assert found == note("a")._replace(expires_at=UNTIL + 5_000)
    with pytest.raises(LostRaceError):
        user.store.notes.keep(user.id, note("b").key, UNTIL)
    assert user.store.notes.get(user.id, note("b").key) is None


def test_notes_are_removed_with_their_user_and_are_no_idempotency_keys(user: User) -> None:
    other = User(user.store)
    for one in (user, other):
        one.store.notes.add(one.id, note("a"))

    assert user.store.removal.delete_requests(user.id)

    assert user.store.notes.get(user.id, note("a").key) is None
    assert user.store.notes.get(other.id, note("a").key) == note("a")


def test_a_request_is_marked_while_it_waits_and_while_it_runs(user: User, queued: Request) -> None:
    assert user.store.requests.mark_noted(queued) == replace(queued, noted=True)
    running = user.begin(1)
    assert running.noted
    assert user.store.requests.mark_noted(running) == running == user.written(1)


def test_an_attempt_that_was_given_up_marks_nothing(user: User, queued: Request) -> None:
    given_up = user.begin(1, by="one")
    current = user.begin(1, by="other")
    assert_refused(
        lambda: user.store.requests.mark_noted(queued),
        lambda: user.store.requests.mark_noted(given_up),
    )

    ended = user.store.requests.finish(current, DONE, LATER)
    assert_refused(
        lambda: user.store.requests.mark_noted(current),
        lambda: user.store.requests.mark_noted(replace(ended, status=Status.QUEUED)),
    )
    assert user.written(1) == ended


def test_who_begins_or_ends_a_request_knows_whether_it_has_notes(user: User, queued: Request) -> None:
    user.store.requests.mark_noted(queued)
    assert_refused(lambda: user.store.requests.begin(queued, "worker", NOW, LATER))

    user.take()
    user.write(2)
    running = user.begin(2)
    user.store.requests.mark_noted(running)
    assert_refused(lambda: user.store.requests.finish(running, DONE, LATER))

    noted = replace(running, noted=True)
    large = Outcome(Status.SUCCEEDED, f'"{"x" * 2_000}"')
    assert user.store.requests.finish(noted, large, LATER).noted
    assert user.written(2).noted


def test_a_suspended_attempt_does_not_count_and_is_woken_once(user: User, queued: Request) -> None:
    running = user.begin(1)

    suspended = user.store.requests.suspend(running, LATER, "approval")

    assert suspended == running.suspended(LATER, "approval") == user.written(1)
    assert (suspended.counted_attempts, suspended.awaits, suspended.not_before) == (0, "approval", LATER)
    assert_refused(
        lambda: user.store.requests.suspend(running, LATER, ""),
        lambda: user.store.requests.wake(replace(suspended, awaits="other")),
    )
    woken = user.store.requests.wake(suspended)
    assert woken == replace(suspended, not_before=None, awaits=None) == user.written(1)
    assert_refused(lambda: user.store.requests.wake(suspended))


def test_an_attempt_is_awaiting_nothing(user: User, queued: Request) -> None:
    suspended = user.store.requests.suspend(user.begin(1), LATER, "")
    begun = user.begin(1)

    assert (begun.awaits, user.written(1)) == (None, begun)
    assert_refused(lambda: user.store.requests.wake(suspended))
