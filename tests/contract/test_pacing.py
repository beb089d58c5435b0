"""When attempts at requests of a type may begin by the rate of its handler."""

from dataclasses import replace

from chalicelib.core.queueing.progress import SLOW_CLOCK_MS, Progress
from tests.contract.users import DONE, LATER, NOW, User

UNTIL = LATER + 5_000


def begin(user: User, seq: int, until: int | None = UNTIL) -> None:
    seen = user.written(seq)
    begun = user.store.requests.begin(seen, "worker", NOW, NOW + 500, paced_until=until)
    assert begun == seen.begun("worker", NOW, NOW + 500, until)


def test_a_begin_notes_when_the_next_one_may_be(user: User) -> None:
    user.send(2)

    begin(user, 1)
    begin(user, 2, None)

    assert (user.written(1).paced_until, user.written(2).paced_until) == (UNTIL, None)
    ended = user.store.requests.finish(user.written(1), DONE, LATER)
    assert (ended.paced_until, user.written(1).paced_until) == (UNTIL, UNTIL)


def test_the_queue_notes_it_with_the_head_and_forgets_it_when_it_is_over(user: User) -> None:
    user.send(3)
    for seq in (1, 2):
        begin(user, seq, UNTIL + seq)
        user.store.requests.finish(user.written(seq), DONE, LATER)
    assert user.queue.paced == {}
    one = Progress.none(user.queue, NOW).past(user.written(1))

    queue = user.store.queues.advance(user.queue, one, LATER)
    assert queue.paced == user.queue.paced == {"echo": UNTIL + 1}

    two = Progress.none(queue, NOW).past(user.written(2))
    queue = user.store.queues.advance(queue, two, LATER)
    assert user.queue.paced == {"echo": UNTIL + 2}

    user.succeed(3)
    three = Progress.none(queue, NOW).past(user.written(3))
    over = UNTIL + 2 + SLOW_CLOCK_MS
    assert user.store.queues.go_idle(queue, three, over).paced == {}
    assert user.queue.paced == {}


def test_a_later_moment_is_not_replaced_by_an_earlier_one(user: User) -> None:
    user.send(1)
    begin(user, 1)
    passed = replace(Progress.none(user.queue, NOW), paced={"echo": UNTIL + 9}).past(user.written(1))

    assert passed.paced == {"echo": UNTIL + 9}
