"""A service's calls for users whom it names: they have no account and no session."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooManyError,
    UnauthenticatedError,
    UnavailableError,
)
from chalicelib.core.identity.session import FORM, RefreshToken, new_session_id
from chalicelib.core.queueing.access import needs_session, service_access
from chalicelib.core.queueing.enqueue import Accepted, Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.queue import PausedBy, Queue, State
from chalicelib.core.queueing.request import Status, StoppedBy
from chalicelib.core.queueing.sweep import IDLE_MS
from chalicelib.core.queueing.waits import GRACE_MS
from tests.unit.core.queue_harness import LIMIT, SESSION, USER, QueueHarness
from tests.unit.core.test_slot_costs import Counted

NAME, ACCOUNT = "ada:chat-7", "0123456789abcdef" * 2
SERVICE = service_access("k1")
KEY = IdempotencyKey("key", "fingerprint")


def send(
    harness: QueueHarness, count: int = 1, user: str = NAME, key: IdempotencyKey | None = None
) -> Accepted:
    return harness.enqueue(user, SERVICE, [Work("skip", "null")] * count, key)


def queue_of(harness: QueueHarness, user: str = NAME) -> Queue:
    return harness.store.tables.queues[user]


def run_and_sweep(harness: QueueHarness) -> None:
    harness.run()
    sweep_later(harness)


def sweep_later(harness: QueueHarness) -> None:
    """The sweeper comes by when the queue has not been used for a minute."""
    harness.clock.advance(IDLE_MS)
    harness.sweep()


def numbers(accepted: Accepted) -> list[int]:
    return [request.seq for request in accepted.requests]


def test_no_session_can_be_taken_for_a_service_and_no_token_names_one() -> None:
    assert needs_session(new_session_id())
    assert not needs_session(SERVICE)
    assert RefreshToken.parse(str(RefreshToken.new(SERVICE))) is None
    assert not FORM.fullmatch(f"{SERVICE}.a.b")


def test_the_first_request_for_a_name_opens_its_queue_and_the_next_one_costs_one_write(
    harness: QueueHarness,
) -> None:
    queues: Any = Counted(harness.store.queues)
    harness.enqueue = replace(harness.enqueue, queues=queues)
    assert numbers(send(harness)) == [1]
    assert queues.made == ["take_numbers", "get", "open_for_service", "take_numbers"]
    queues.made.clear()

    assert numbers(send(harness, 2)) == [2, 3]
    assert queues.made == ["take_numbers"]


def test_a_queue_closes_when_it_is_drained_and_opens_again(harness: QueueHarness) -> None:
    send(harness, 2)
    run_and_sweep(harness)
    assert (queue_of(harness).state, queue_of(harness).head) == (State.CLOSED, 2)
    assert not harness.store.tables.with_work
    assert harness.wake_ups_waiting() == 0

    assert numbers(send(harness)) == [3]
    run_and_sweep(harness)

    assert harness.started == [1, 2, 3]
    assert (queue_of(harness).state, queue_of(harness).head) == (State.CLOSED, 3)


def test_requests_one_after_the_other_find_the_queue_open(harness: QueueHarness) -> None:
    send(harness)
    harness.run()
    harness.clock.advance(IDLE_MS - 1)
    harness.sweep()
    queues: Any = Counted(harness.store.queues)
    harness.enqueue = replace(harness.enqueue, queues=queues)

    assert numbers(send(harness)) == [2]
    assert queues.made == ["take_numbers"]


def test_a_caller_that_crashes_between_opening_and_the_number_leaves_nothing_open(
    harness: QueueHarness,
) -> None:
    harness.store.queues.open_for_service(NAME, harness.clock.now())

    sweep_later(harness)

    assert queue_of(harness).state is State.CLOSED
    assert not harness.store.tables.with_work


class Meanwhile:
    """Queues of which another process writes something, once, just before a call."""

    def __init__(self, queues: object, method: str, do: Callable[[], object]) -> None:
        self._queues, self._method, self._left = queues, method, [do]

    def __getattr__(self, name: str) -> object:
        if name == self._method and self._left:
            self._left.pop()()
        return getattr(self._queues, name)


def racing(harness: QueueHarness, method: str, do: Callable[[], object]) -> None:
    queues: Any = Meanwhile(harness.store.queues, method, do)
    harness.enqueue = replace(harness.enqueue, queues=queues)


def test_a_queue_that_closes_before_the_number_is_taken_is_opened(harness: QueueHarness) -> None:
    send(harness)
    harness.run()
    racing(harness, "take_numbers", lambda: sweep_later(harness))

    assert numbers(send(harness)) == [2]
    assert queue_of(harness).state is State.OPEN


def test_a_queue_that_closes_again_just_after_it_was_opened_is_opened_again(harness: QueueHarness) -> None:
    send(harness)
    run_and_sweep(harness)
    queues = harness.store.queues
    opened = queues.open_for_service

    def open_and_lose(user_id: str, now: int) -> None:
        opened(user_id, now)
        queues.open_for_service = opened  # type: ignore[method-assign]
        sweep_later(harness)

    queues.open_for_service = open_and_lose  # type: ignore[method-assign]
    assert numbers(send(harness)) == [2]


@pytest.mark.parametrize("method", ["get", "open_for_service"])
def test_of_two_first_calls_both_are_given_numbers(harness: QueueHarness, method: str) -> None:
    first: list[Accepted] = []
    alone = replace(harness.enqueue)
    racing(harness, method, lambda: first.append(alone(NAME, SERVICE, [Work("skip", "null")])))

    second = send(harness)

    assert (numbers(first[0]), numbers(second)) == ([1], [2])


def test_a_full_queue_is_full_for_a_service_too(harness: QueueHarness) -> None:
    send(harness, LIMIT)

    with pytest.raises(TooManyError):
        send(harness)


def test_a_batch_that_no_queue_holds_is_refused_and_nothing_stays_open(harness: QueueHarness) -> None:
    with pytest.raises(InvalidInputError):
        send(harness, LIMIT + 1)

    sweep_later(harness)
    assert queue_of(harness).state is State.CLOSED


def test_a_service_does_not_open_the_queue_of_an_account(harness: QueueHarness) -> None:
    connections, now = harness.store.connections, harness.clock.now()
    with pytest.raises(NotFoundError):
        send(harness, user=ACCOUNT)
    assert ACCOUNT not in harness.store.tables.queues

    connections.open_session(ACCOUNT, "s", now + IDLE_MS, now)
    assert numbers(send(harness, user=ACCOUNT)) == [1]

    harness.run()
    ended = connections.end_session(ACCOUNT, "s")
    assert ended is not None
    harness.store.queues.close(ended)
    with pytest.raises(NotFoundError):
        send(harness, user=ACCOUNT)
    assert queue_of(harness, ACCOUNT).state is State.CLOSED


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("leaves", [False, True])
def test_for_who_is_disabled_or_being_deleted_a_service_may_do_nothing(
    harness: QueueHarness, closed: bool, leaves: bool
) -> None:
    send(harness)
    if closed:
        run_and_sweep(harness)
    connections, now = harness.store.connections, harness.clock.now()
    connections.mark_for_removal(NAME, now) if leaves else connections.block(NAME, now)
    before = queue_of(harness)

    for call in (
        lambda: send(harness),
        lambda: send(harness, key=KEY),
        lambda: harness.watch.queue(NAME, SERVICE),
        lambda: harness.dequeue(NAME, SERVICE),
        lambda: harness.controls.pause(NAME, SERVICE),
        lambda: harness.controls.cancel(NAME, SERVICE, 1),
        lambda: harness.scheduling.schedule(NAME, SERVICE, Work("skip", "null"), now + 1),
    ):
        with pytest.raises(ForbiddenError):
            call()
    assert queue_of(harness) == before


def test_a_name_without_a_queue_is_shown_an_empty_one_and_cannot_be_steered(harness: QueueHarness) -> None:
    shown = harness.watch.queue(NAME, SERVICE).queue
    assert (shown.state, shown.tail) == (State.CLOSED, 0)
    assert harness.dequeue(NAME, SERVICE) is None
    assert harness.outcomes(NAME, SERVICE, None, Extent(1))[0].requests == []
    with pytest.raises(NotFoundError, match="no request 1"):
        harness.watch.request(NAME, SERVICE, 1)
    for call in (
        lambda: harness.controls.pause(NAME, SERVICE),
        lambda: harness.controls.purge(NAME, SERVICE),
        lambda: harness.controls.stop(NAME, SERVICE, 1),
    ):
        with pytest.raises(NotFoundError, match="no queue"):
            call()
    with pytest.raises(UnauthenticatedError):
        harness.watch.queue(NAME, SESSION)
    assert NAME not in harness.store.tables.queues


def test_what_is_scheduled_for_a_name_makes_its_queue_when_it_enters(harness: QueueHarness) -> None:
    moment = harness.clock.now() + IDLE_MS
    scheduled = harness.scheduling.schedule(NAME, SERVICE, Work("skip", "null"), moment, KEY)
    again = harness.scheduling.schedule(NAME, SERVICE, Work("skip", "null"), moment, KEY)
    assert (again.entry, again.replayed) == (scheduled.entry, True)
    assert harness.scheduling.show(NAME, SERVICE, scheduled.entry.id) == scheduled.entry
    assert len(harness.scheduling.page(NAME, SERVICE, "", 10)) == 1
    with pytest.raises(InvalidInputError, match="different call"):
        send(harness, key=IdempotencyKey("key", "of another call"))
    assert NAME not in harness.store.tables.queues

    harness.clock.advance(IDLE_MS)
    harness.sweep()
    run_and_sweep(harness)

    assert (harness.started, queue_of(harness).state) == ([1], State.CLOSED)
    with pytest.raises(NotFoundError):
        harness.scheduling.schedule(ACCOUNT, SERVICE, Work("skip", "null"), moment)


def test_a_service_acts_as_the_user_does(harness: QueueHarness) -> None:
    send(harness, 2)
    harness.store.requests.begin(harness.store.tables.requests[NAME][1], "worker", 0, 2**50)

    assert harness.controls.stop(NAME, SERVICE, 1).stopped_by is StoppedBy.USER
    assert harness.controls.cancel(NAME, SERVICE, 2).status is Status.CANCELLED
    assert harness.controls.pause(NAME, SERVICE).paused_by is PausedBy.USER
    assert harness.controls.resume(NAME, SERVICE).paused_by is None
    harness.controls.pause(NAME, None)
    with pytest.raises(ConflictError):
        harness.controls.resume(NAME, SERVICE)


def test_outcomes_are_handed_out_when_the_queue_has_closed(harness: QueueHarness) -> None:
    send(harness)
    run_and_sweep(harness)

    request = harness.dequeue(NAME, SERVICE)

    assert request is not None
    assert (request.seq, queue_of(harness).read, queue_of(harness).state) == (1, 1, State.CLOSED)
    assert harness.dequeue(NAME, SERVICE) is None


def test_two_calls_of_a_service_wait_for_each_user(harness: QueueHarness) -> None:
    for user in (NAME, "bob"):
        send(harness, user=user)
    now = harness.clock.now()
    for slot in (1, 2):
        harness.slots.occupy(f"{SERVICE} {NAME}", slot, now + 20_000, now)

    assert harness.dequeue(NAME, SERVICE, wait=2) is None
    assert harness.clock.now() == now, "the third"
    assert harness.dequeue("bob", SERVICE, wait=2) is None
    assert harness.clock.now() == now + 2_000
    harness.clock.advance(20_000 + GRACE_MS)
    before = harness.clock.now()
    harness.watch.request(NAME, SERVICE, 1, wait=2)
    assert harness.clock.now() >= before + 2_000


def test_an_unanswered_opening_is_left_to_the_callers_next_try(harness: QueueHarness) -> None:
    """The queue is open then, and found by the sweeper."""
    opened = harness.store.queues.open_for_service

    def lose_the_answer(user_id: str, now: int) -> None:
        opened(user_id, now)
        raise UnavailableError

    harness.store.queues.open_for_service = lose_the_answer  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        send(harness)
    assert (queue_of(harness).tail, NAME in harness.store.tables.with_work) == (0, True)

    assert numbers(send(harness)) == [1]


def test_a_user_who_signs_in_is_not_told_apart_from_a_service(harness: QueueHarness) -> None:
    """Both may use an account's queue: numbers go on, whoever sends."""
    harness.send()

    assert numbers(send(harness, user=USER)) == [2]
    assert numbers(harness.send()) == [3]
