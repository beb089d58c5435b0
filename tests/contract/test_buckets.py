"""The buckets of tokens in the queue items of users."""

import pytest

from chalicelib.core.queueing.access import service_access
from chalicelib.core.rates import Bucket, Rate, Withdrawal
from tests.contract.users import EXPIRY, NOW, User, assert_refused

BUCKET = Bucket(Rate.parse("7/s"), burst=3)  # an interval of 142,858 microseconds
US = NOW * 1000
ALL_OF_FULL = BUCKET.withdrawal(3, NOW, None)
ONE_OF_FULL = BUCKET.withdrawal(1, NOW, None)


def take(user: User, withdrawal: Withdrawal, now: int = NOW, count: int = 1) -> int | None:
    return user.store.queues.take_numbers(user.id, user.session, count, now, withdrawal).arrival


def test_a_full_bucket_gives_tokens_with_the_numbers(user: User) -> None:
    assert user.queue.arrival is None

    arrival = take(user, ALL_OF_FULL, count=3)

    assert (user.queue.tail, user.queue.arrival) == (3, arrival)
    assert arrival == US + 3 * 142_858


def test_an_empty_bucket_gives_neither_token_nor_number(user: User) -> None:
    arrival = take(user, ALL_OF_FULL)

    assert_refused(
        lambda: take(user, ONE_OF_FULL),  # the wrong form
        lambda: take(user, BUCKET.withdrawal(1, NOW, arrival)),
        lambda: take(user, BUCKET.withdrawal(1, NOW + 142, arrival)),  # 858 microseconds too early
    )
    assert (user.queue.tail, user.queue.arrival) == (1, arrival)
    assert take(user, BUCKET.withdrawal(1, NOW + 143, arrival)) == US + 4 * 142_858


def test_a_bucket_that_has_become_full_is_not_taken_for_one_that_holds_more(user: User) -> None:
    arrival = take(user, ONE_OF_FULL)
    much_later = NOW + 60_000

    wrong = BUCKET.withdrawal(1, much_later, arrival)._replace(of_full=False)
    assert_refused(lambda: take(user, wrong))
    assert take(user, BUCKET.withdrawal(1, much_later, arrival)) == much_later * 1000 + 142_858


def test_what_is_scheduled_takes_a_token_and_no_number(user: User) -> None:
    queue = user.store.queues.withdraw(user.id, user.session, NOW, ONE_OF_FULL)

    assert (queue.tail, queue.arrival) == (0, US + 142_858)
    assert_refused(
        lambda: user.store.queues.withdraw(user.id, user.session, NOW, ONE_OF_FULL),
        lambda: user.store.queues.withdraw(user.id, user.session, EXPIRY, BUCKET.withdrawal(1, EXPIRY, None)),
    )


def test_no_queue_is_made_by_a_withdrawal(user: User) -> None:
    stranger, access = User(user.store), service_access("k1")

    assert_refused(lambda: user.store.queues.withdraw(stranger.id, access, NOW, ONE_OF_FULL))
    assert user.store.queues.get(stranger.id) is None


@pytest.mark.parametrize("state_changed", [True, False])
def test_a_bucket_outlives_other_writes(user: User, state_changed: bool) -> None:
    arrival = take(user, ONE_OF_FULL)
    user.write(1)

    if state_changed:
        user.store.queues.change_pause(user.queue, None, NOW)
    else:
        queue = user.queue
        user.succeed(1)
        user.store.queues.go_idle(queue, user.progress(queue, 1), NOW)

    assert user.queue.arrival == arrival
