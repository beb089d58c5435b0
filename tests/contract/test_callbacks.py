"""Which callbacks are owed, who moves their cursor, and what a queue does not do while any is owed."""

from dataclasses import replace

from chalicelib.core.queueing.callback_cursor import NOTHING_OWED, CallbackCursor
from chalicelib.core.queueing.looks import first_look
from chalicelib.core.queueing.notes import Note, NoteKey, NoteKind
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import Queue
from tests.contract.users import DONE, EXPIRY, LATER, NOW, User, assert_refused

FAR = NOW + 1_800_000
URL = "https://hooks.example.com/outcomes"
CURSOR = CallbackCursor(
    first=1,
    last=2,
    token="a1b2c3",
    tries=2,
    next_at=NOW + 4_000,
    failing_since=NOW,
    failing_host=77,
    status=503,
    replayed=True,
)


def owing(user: User, callbacks: str = "**") -> Queue:
    """The queue after the head has passed a request for each character: `*` has a callback, `.` has none."""
    queue = user.take(len(callbacks))
    for seq, mark in enumerate(callbacks, queue.tail - len(callbacks) + 1):
        user.store.requests.write(replace(user.new(seq), callback=URL if mark == "*" else None))
        user.store.requests.finish(user.begin(seq), DONE, LATER)
    return user.store.queues.advance(user.queue, user.progress(user.queue, len(callbacks)), NOW)


def test_a_request_keeps_its_callback(user: User) -> None:
    owing(user, "*")

    assert user.written(1).callback == URL
    assert [r.callback for r in user.store.requests.list_without_payloads(user.id, 0, 9)] == [URL]


def test_what_the_head_passes_is_owed_if_it_has_a_callback(user: User) -> None:
    queue = owing(user, ".*.*.")

    assert queue == user.queue
    assert queue.callbacks == CallbackCursor(first=2, last=4)


def test_what_has_no_callback_leaves_no_trace(user: User) -> None:
    assert owing(user, "..").callbacks == NOTHING_OWED


def test_what_is_owed_later_comes_behind_what_is_owed_already(user: User) -> None:
    owing(user, "**")

    assert owing(user, ".*").callbacks == CallbackCursor(first=1, last=4)


def test_going_idle_says_what_is_owed_too(user: User) -> None:
    user.take()
    user.store.requests.write(replace(user.new(1), callback=URL))
    user.store.requests.finish(user.begin(1), DONE, LATER)

    queue = user.store.queues.go_idle(user.queue, user.progress(user.queue, 1), NOW)

    assert queue.callbacks == CallbackCursor(first=1, last=1)


def test_the_cursor_is_stored_as_it_is_moved(user: User) -> None:
    moved = user.store.callbacks.move(owing(user), CURSOR)

    assert moved == user.queue
    assert moved.callbacks == CURSOR


def test_who_has_not_seen_the_last_move_moves_nothing(user: User) -> None:
    seen = owing(user)
    user.store.callbacks.move(seen, CURSOR)

    assert_refused(lambda: user.store.callbacks.move(seen, CURSOR._replace(first=2, token="other1")))

    assert user.queue.callbacks == CURSOR


def test_the_drain_does_not_keep_others_from_moving_the_cursor_on(user: User) -> None:
    seen = owing(user)
    owing(user, "*")

    moved = user.store.callbacks.move(seen, CURSOR._replace(first=2))

    assert moved.callbacks == CURSOR._replace(first=2, last=3)


def test_nobody_says_that_all_is_done_while_more_is_owed(user: User) -> None:
    seen = owing(user)
    owing(user, "*")

    assert_refused(lambda: user.store.callbacks.move(seen, CURSOR._replace(first=None)))


def test_a_queue_that_was_put_off_since_is_read_again_before_callbacks_are_made_again(user: User) -> None:
    seen = user.store.callbacks.move(owing(user), CURSOR._replace(first=None))
    user.store.sweep_index.put_off(seen, FAR)
    again = CURSOR._replace(token="other1")

    assert_refused(lambda: user.store.callbacks.move(seen, again))

    moved = user.store.callbacks.move(user.queue, again)
    assert moved.look_at == first_look(CURSOR.next_at)


def test_once_all_is_done_the_next_one_is_the_first(user: User) -> None:
    done = user.store.callbacks.move(owing(user), CURSOR._replace(first=None))
    assert not done.callbacks.is_owed

    assert owing(user, ".*").callbacks == CURSOR._replace(first=4, last=4)


def test_a_queue_that_owes_callbacks_is_neither_closed_nor_lost_from_sight(user: User) -> None:
    owing(user)
    queue = user.store.queues.go_idle(user.queue, Progress.none(user.queue, NOW), NOW)

    assert_refused(lambda: user.store.sweep_index.clear_work_mark(queue))
    assert_refused(lambda: user.store.queues.close(queue))

    assert user.id in user.store.sweep_index.due(None)


def test_what_is_owed_again_can_be_found_by_the_sweeper(user: User) -> None:
    done = user.store.callbacks.move(owing(user), CURSOR._replace(first=None))
    user.store.sweep_index.clear_work_mark(done)

    user.store.callbacks.move(user.queue, CURSOR._replace(token="other1"))

    assert user.id in user.store.sweep_index.due(None)


def test_what_is_given_up_is_noted_by_the_write_that_moves_the_cursor(user: User) -> None:
    seen, note = owing(user), Note(NoteKey(0, NoteKind.CALLBACK, "1"), "[]", EXPIRY)
    user.store.notes.add(user.id, note._replace(text="an older one"))

    moved = user.store.callbacks.move(seen, CURSOR._replace(first=2), note)

    assert moved == user.queue
    assert moved.callbacks == CURSOR._replace(first=2)
    assert user.store.notes.get(user.id, note.key) == note


def test_what_somebody_else_has_settled_is_not_given_up(user: User) -> None:
    seen, note = owing(user), Note(NoteKey(0, NoteKind.CALLBACK, "1"), "[]", EXPIRY)
    user.store.callbacks.move(seen, CURSOR)

    assert_refused(lambda: user.store.callbacks.move(seen, CURSOR._replace(first=2), note))

    assert user.store.notes.get(user.id, note.key) is None


def test_a_queue_that_is_gone_does_not_come_back(user: User) -> None:
    gone = Queue("f" * 32, room=1, limit=1)

    assert_refused(lambda: user.store.callbacks.move(gone, CURSOR))

    assert user.store.queues.get("f" * 32) is None
