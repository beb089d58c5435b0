"""What a service may write for a user whom it names, who has no session."""

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.access import DEPLOYMENT, OIDC_USER, service_access, waiter
from chalicelib.core.queueing.queue import PausedBy, Queue, State
from tests.contract.stores import LIMIT, Stores
from tests.contract.users import LATER, NOW, User, assert_refused

SERVICE = service_access("k1")


@dataclass(frozen=True, slots=True)
class Name(User):
    """A user whom only a service names. Its writes are the service's."""

    def open(self) -> None:
        self.store.queues.open_for_service(self.id, NOW)

    @property
    def is_marked(self) -> bool:
        return self.id in self.store.sweep_index.due(None)


@pytest.fixture
def absent(stores: Stores) -> Name:
    return Name(stores.queueing, f"ada:{token_hex(6)}", SERVICE)


@pytest.fixture
def name(absent: Name) -> Name:
    absent.open()
    return absent


def close(name: Name) -> None:
    name.store.queues.close(name.queue)


def block(name: Name) -> None:
    name.store.connections.block(name.id, NOW)


def remove(name: Name) -> None:
    name.store.connections.mark_for_removal(name.id, NOW)


def test_a_new_queue_is_open_and_found_by_the_sweeper(absent: Name) -> None:
    absent.open()

    queue = absent.queue
    assert (queue.state, queue.room, queue.limit, queue.tail, queue.awake) == (
        State.OPEN,
        LIMIT,
        LIMIT,
        0,
        None,
    )
    assert (queue.sessions, queue.tail_at, queue.username, absent.is_marked) == ({}, NOW, "", True)


def test_a_service_is_given_numbers_as_a_session_is(name: Name) -> None:
    taken = name.take(2, LATER)

    assert (taken.tail, taken.room, taken.tail_at, taken.awake) == (2, LIMIT - 2, LATER, LATER)
    assert_refused(lambda: name.take(LIMIT - 1))
    assert taken == name.queue


@pytest.mark.parametrize("unusable", [close, block, remove])
def test_no_number_is_given_out_in_a_queue_that_is_closed_or_whose_user_may_not_use_it(
    name: Name, unusable: Callable[[Name], None]
) -> None:
    unusable(name)
    before = name.queue

    assert_refused(name.take)

    assert name.queue == before


def test_there_is_no_number_where_there_is_no_queue(absent: Name) -> None:
    assert_refused(absent.take)

    assert absent.store.queues.get(absent.id) is None


def test_a_closed_queue_opens_with_its_numbers_going_on(name: Name) -> None:
    name.send(2)
    name.succeed(1)
    name.succeed(2)
    name.store.queues.go_idle(name.queue, name.progress(name.queue, 2), NOW)
    close(name)
    assert not name.is_marked

    name.store.queues.open_for_service(name.id, LATER)

    assert (name.queue.state, name.queue.room, name.queue.tail_at) == (State.OPEN, LIMIT, LATER)
    assert name.is_marked
    assert name.take().tail == 3


def test_a_queue_that_was_closed_under_a_pause_opens_paused(name: Name) -> None:
    name.store.queues.change_pause(name.queue, PausedBy.USER, NOW, SERVICE)
    close(name)

    name.open()

    assert (name.queue.state, name.queue.paused_by) == (State.PAUSED, PausedBy.USER)


def halt(name: Name) -> None:
    name.store.queues.change_state(name.queue, State.HALTED, NOW)


def leave_open(name: Name) -> None:
    assert name.queue.state is State.OPEN


def close_and_block(name: Name) -> None:
    close(name)
    block(name)


def close_and_remove(name: Name) -> None:
    close(name)
    remove(name)


@pytest.mark.parametrize("standing", [leave_open, halt, block, close_and_block, close_and_remove])
def test_only_a_closed_queue_whose_user_may_use_it_is_opened(
    name: Name, standing: Callable[[Name], None]
) -> None:
    name.take()
    name.write(1)
    name.succeed(1)
    name.store.queues.go_idle(name.queue, name.progress(name.queue, 1), NOW)
    standing(name)
    before = name.queue

    assert_refused(name.open)

    assert name.queue == before


def test_a_queue_that_opens_has_the_present_limit(stores: Stores, absent: Name) -> None:
    """As that of an account after a sign-in."""
    before, queue = LIMIT, stores.queueing.queues
    absent.open()
    close(absent)
    try:
        set_limit(queue, before + 3)
        absent.open()
    finally:
        set_limit(queue, before)

    assert (absent.queue.limit, absent.queue.room) == (before + 3, before + 3)


def set_limit(queues: object, limit: int) -> None:
    """Of both adapters: what a deployment with another parameter has from its start."""
    tables = getattr(queues, "_tables", None)
    owner, name = (queues, "_limit") if tables is None else (tables, "limit")
    setattr(owner, name, limit)


def writes(name: Name, queue: Queue) -> list[Callable[[], object]]:
    """Each that takes a session, for a queue as it was read."""
    queues = name.store.queues
    return [
        lambda: queues.move_read(queue, SERVICE, queue.read, "token", NOW),
        lambda: queues.change_pause(queue, PausedBy.USER, NOW, SERVICE),
        lambda: queues.change_state(queue, queue.state, NOW, SERVICE),
        lambda: queues.purge(queue, forget=False, now=NOW, session_id=SERVICE),
    ]


@pytest.mark.parametrize("write", range(4))
def test_each_write_of_a_user_is_a_services_too_also_in_a_closed_queue(name: Name, write: int) -> None:
    writes(name, name.queue)[write]()
    close(name)

    writes(name, name.queue)[write]()

    assert name.queue.state is State.CLOSED


@pytest.mark.parametrize("unusable", [block, remove])
def test_no_write_is_a_services_if_the_user_is_blocked_or_to_be_removed(
    name: Name, unusable: Callable[[Name], None]
) -> None:
    unusable(name)
    before = name.queue

    assert_refused(*writes(name, before))

    assert name.queue == before


def test_no_write_makes_a_queue(absent: Name) -> None:
    assert_refused(*writes(absent, Queue(absent.id, room=LIMIT, limit=LIMIT)))

    assert absent.store.queues.get(absent.id) is None


def test_a_queue_is_not_closed_under_a_number_that_a_service_was_given(name: Name) -> None:
    seen = name.queue
    name.take()

    assert_refused(lambda: name.store.queues.close(seen))

    assert name.queue.state is State.OPEN


@pytest.mark.parametrize("access", [SERVICE, OIDC_USER, DEPLOYMENT])
def test_a_call_without_session_has_two_slots_for_waiting_for_each_user(stores: Stores, access: str) -> None:
    """Nobody has made them."""
    ada, bob = (waiter(f"{name}:{token_hex(6)}", access) for name in ("ada", "bob"))
    for slot in (1, 2):
        stores.sessions.occupy(ada, slot, LATER, NOW)
        stores.sessions.occupy(bob, slot, LATER, NOW)
        with pytest.raises(LostRaceError):
            stores.sessions.occupy(ada, slot, LATER + 1, LATER - 1)

    stores.sessions.vacate(ada, 1, LATER)
    stores.sessions.vacate(ada, 2, LATER + 1)

    stores.sessions.occupy(ada, 1, LATER + 1, NOW)
    with pytest.raises(LostRaceError):
        stores.sessions.occupy(ada, 2, LATER + 1, NOW)
    stores.sessions.occupy(ada, 2, LATER + 1, LATER)


def test_slots_that_nobody_has_taken_are_not_made_by_giving_them_back(stores: Stores) -> None:
    ada = waiter(f"ada:{token_hex(6)}", SERVICE)

    stores.sessions.vacate(ada, 1, LATER)

    assert stores.sessions.get_many([ada]) == []
