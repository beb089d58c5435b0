"""How many requests one user may send in a time."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import InvalidInputError, TooManyError, UnauthenticatedError
from chalicelib.core.queueing.access import OIDC_USER, service_access
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.queue import State
from chalicelib.core.queueing.sweep import IDLE_MS
from chalicelib.core.queueing.user_limit import UserLimit
from chalicelib.core.rates import Bucket, Rate
from tests.unit.core.queue_harness import HOUR_MS, LIMIT, SESSION, USER, QueueHarness

BURST = 4
NAME, SERVICE = "ada:chat-7", service_access("k1")
WORK = Work("skip", "null")


@pytest.fixture
def limited(harness: QueueHarness) -> QueueHarness:
    """One request in two seconds, after four at once."""
    limit = UserLimit(Bucket(Rate.parse("30/min"), BURST), harness.store.queues)
    harness.enqueue = replace(harness.enqueue, limit=limit)
    harness.scheduling = replace(harness.scheduling, limit=limit)
    return harness


def refused(harness: QueueHarness, count: int = 1) -> int:
    """The seconds after which the call may be made again."""
    before = harness.queue
    with pytest.raises(TooManyError) as error:
        harness.send(count)
    assert error.value.code == "rate_limited"
    assert harness.queue == before, "a refused call changes nothing"
    return error.value.retry_after


def test_after_a_burst_requests_are_accepted_at_the_rate(limited: QueueHarness) -> None:
    limited.send(BURST)
    for _ in range(3):
        assert refused(limited) == 2
        limited.clock.advance(2_000)
        limited.send()


def test_retry_after_is_enough_for_exactly_this_call(limited: QueueHarness) -> None:
    limited.send(BURST - 1)
    limited.clock.advance(100)

    wait = refused(limited, 3)

    assert wait == 4, "3.9 seconds, rounded up"
    limited.clock.advance(3_899)
    assert refused(limited, 3) == 1
    limited.clock.advance(1)
    limited.send(3)


def test_a_batch_that_is_larger_than_the_burst_can_never_be_accepted(limited: QueueHarness) -> None:
    with pytest.raises(InvalidInputError, match=f"{BURST}") as error:
        limited.send(BURST + 1)

    assert error.value.code == "batch_exceeds_burst"


def test_a_bucket_never_holds_more_than_the_burst(limited: QueueHarness) -> None:
    limited.send()
    limited.clock.advance(HOUR_MS // 2)

    limited.send(BURST)

    assert refused(limited) == 2


def test_a_process_that_remembers_another_bucket_takes_what_is_there(limited: QueueHarness) -> None:
    other = replace(limited.enqueue, limit=UserLimit(limited.enqueue.limit.bucket, limited.store.queues))  # type: ignore[union-attr]
    limited.send()

    other(USER, SESSION, [WORK] * 2)
    limited.send()

    assert limited.queue.tail == BURST
    assert refused(limited) == 2


def test_a_repetition_with_a_known_key_costs_nothing(limited: QueueHarness) -> None:
    key = IdempotencyKey("key", "fingerprint")
    limited.send(BURST, key=key)

    assert limited.send(BURST, key=key).replayed


def test_other_refusals_are_told_as_without_a_rate(limited: QueueHarness) -> None:
    limited.send(BURST)
    with pytest.raises(UnauthenticatedError):
        limited.enqueue(USER, "no session", [WORK])
    limited.store.tables.queues[USER] = replace(limited.queue, room=0, tail=LIMIT)

    with pytest.raises(TooManyError) as error:
        limited.send()

    assert error.value.code == "queue_full"


def test_a_name_has_a_bucket_of_its_own_which_its_first_request_makes(limited: QueueHarness) -> None:
    limited.send(BURST)

    limited.enqueue(NAME, SERVICE, [WORK] * BURST)

    with pytest.raises(TooManyError):
        limited.enqueue(NAME, SERVICE, [WORK])


def test_what_is_scheduled_costs_a_token_when_it_is_sent_and_none_when_it_enters(
    limited: QueueHarness,
) -> None:
    def schedule() -> None:
        limited.scheduling.schedule(USER, SESSION, WORK, limited.clock.now())

    for _ in range(BURST):
        schedule()

    assert limited.queue.tail == BURST, "all have entered"
    with pytest.raises(TooManyError) as error:
        schedule()
    assert (error.value.code, error.value.retry_after) == ("rate_limited", 2)
    assert not limited.store.tables.entries[USER]


@pytest.mark.parametrize("access", [SERVICE, OIDC_USER])
def test_what_is_scheduled_for_a_name_without_a_queue_costs_a_token_as_well(
    limited: QueueHarness, access: str
) -> None:
    def schedule() -> None:
        limited.scheduling.schedule(NAME, access, WORK, limited.clock.now() + HOUR_MS)

    for _ in range(BURST):
        schedule()

    with pytest.raises(TooManyError):
        schedule()
    with pytest.raises(TooManyError):
        limited.enqueue(NAME, access, [WORK])
    assert len(limited.store.tables.entries[NAME]) == BURST


def test_a_queue_that_has_only_the_bucket_of_its_name_closes_and_keeps_it(limited: QueueHarness) -> None:
    for _ in range(BURST):
        limited.scheduling.schedule(NAME, SERVICE, WORK, limited.clock.now() + HOUR_MS)
    queue = limited.store.tables.queues[NAME]
    assert (queue.state, queue.tail) == (State.OPEN, 0)

    limited.clock.advance(IDLE_MS + 1)
    limited.sweep()

    closed = limited.store.tables.queues[NAME]
    assert (closed.state, closed.arrival) == (State.CLOSED, queue.arrival)
    limited.scheduling.schedule(NAME, SERVICE, WORK, limited.clock.now() + HOUR_MS)
    assert limited.store.tables.queues[NAME].state is State.CLOSED, "a closed queue has a bucket too"


@pytest.mark.parametrize(
    "text", ["", "10", "0/s", "-1/s", "1.5/s", "10/d", "1000/s", "10000/min", "10/ s", 5]
)
def test_what_is_no_rate_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        Rate.parse(text)
