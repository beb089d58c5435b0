"""Deleting an account, and what becomes of a deletion that is interrupted."""

import pytest

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.errors import ForbiddenError, UnauthenticatedError, UnavailableError
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.queueing.sweep import WORKER_MS, Sweep
from tests.unit.core.door import PASSWORD, Door


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def account(door: Door) -> Account:
    return door.register("Ada", PASSWORD)


def sweeper(door: Door) -> Sweep:
    return Sweep(door.store, door.accounts, MemoryWakeUps(MemoryFifo(door.clock.now)), door.clock)


def test_a_deleted_account_is_removed_when_its_worker_must_have_ended(door: Door, account: Account) -> None:
    me = door.verify(door.sign_in("ada", PASSWORD).access_token)
    door.store.queues.take_numbers(me.user_id, me.session_id, 1, door.clock.now())
    sweep = sweeper(door)
    door.own.delete(me, PASSWORD)

    sweep()
    assert door.store.queues.get(me.user_id) is not None
    door.clock.advance(WORKER_MS + 1)
    sweep()

    assert door.store.queues.get(me.user_id) is None
    assert door.accounts.by_username("ada") is None


@pytest.fixture
def interrupted(door: Door, account: Account, monkeypatch: pytest.MonkeyPatch) -> Principal:
    """Of this user's deletion only the first write was made."""
    me = door.verify(door.sign_in("ada", PASSWORD).access_token)

    def unavailable(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(door.accounts, "remove", unavailable)
        with pytest.raises(UnavailableError):
            door.own.delete(me, PASSWORD)
    return me


def test_while_a_deletion_is_interrupted_the_account_is_as_good_as_gone(
    door: Door, interrupted: Principal
) -> None:
    """It is not called disabled: no administrator could help."""
    with pytest.raises(UnauthenticatedError, match="The username or the password is wrong"):
        door.sign_in("ada", PASSWORD)


def test_an_interrupted_deletion_can_be_repeated_by_its_user(door: Door, interrupted: Principal) -> None:
    with pytest.raises(ForbiddenError):
        door.own.delete(interrupted, "wrong")
    door.own.delete(interrupted, PASSWORD)

    assert door.accounts.by_username("ada") is None
    with pytest.raises(UnauthenticatedError):
        door.own.delete(interrupted, PASSWORD)


@pytest.mark.parametrize("taken", [False, True])
def test_an_interrupted_deletion_is_completed_by_the_sweeper_and_harms_nobody_of_that_name(
    door: Door, interrupted: Principal, taken: bool
) -> None:
    stranger = Account("ada", "stranger", "hash", door.clock.now())
    if taken:
        door.accounts.accounts["ada"] = stranger
    sweep = sweeper(door)

    sweep()

    assert door.accounts.by_username("ada") == (stranger if taken else None)
    door.clock.advance(WORKER_MS + 1)
    sweep()
    assert door.store.queues.get(interrupted.user_id) is None
