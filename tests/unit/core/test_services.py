"""A service's calls for users whom it names: they have no account and no session."""

import pytest

from chalicelib.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)
from chalicelib.core.identity.session import FORM, RefreshToken, new_session_id
from chalicelib.core.queueing.access import OIDC_USER, needs_session, waiter
from chalicelib.core.queueing.enqueue import Work
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.pages import Extent
from chalicelib.core.queueing.queue import PausedBy, State
from chalicelib.core.queueing.request import Status, StoppedBy
from chalicelib.core.queueing.sweep import IDLE_MS
from chalicelib.core.queueing.waits import GRACE_MS
from tests.unit.core.queue_harness import SESSION, USER, QueueHarness
from tests.unit.core.service_calls import ACCOUNT, KEY, NAME, SERVICE, numbers, queue_of, run_and_sweep, send


def test_no_session_can_be_taken_for_an_access_and_no_token_names_one() -> None:
    assert needs_session(new_session_id())
    for access in (SERVICE, OIDC_USER, waiter(NAME, OIDC_USER)):
        assert not needs_session(access)
        assert RefreshToken.parse(str(RefreshToken.new(access))) is None
        assert not FORM.fullmatch(f"{access}.a.b")


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


def test_a_user_who_signs_in_is_not_told_apart_from_a_service(harness: QueueHarness) -> None:
    """Both may use an account's queue: numbers go on, whoever sends."""
    harness.send()

    assert numbers(send(harness, user=USER)) == [2]
    assert numbers(harness.send()) == [3]
