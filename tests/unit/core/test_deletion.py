"""Deleting an account, and what becomes of a deletion that is interrupted."""

import pytest

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.core.errors import ForbiddenError, UnauthenticatedError, UnavailableError
from chalicelib.core.identity.account import Account, Principal
from chalicelib.core.queueing.at_work import QUIET_MS
from chalicelib.core.queueing.sweep import Sweep
from tests.unit.core.sign_in_harness import PASSWORD, SignInHarness


@pytest.fixture
def harness() -> SignInHarness:
    return SignInHarness()


@pytest.fixture
def account(harness: SignInHarness) -> Account:
    return harness.register("Ada", PASSWORD)


def sweeper(harness: SignInHarness) -> Sweep:
    return Sweep(
        harness.store,
        harness.accounts,
        MemoryWakeUps(MemoryFifo(harness.clock.now)),
        harness.clock,
        sessions=harness.stored_sessions,
    )


def test_a_deleted_account_is_removed_when_its_worker_must_have_ended(
    harness: SignInHarness, account: Account
) -> None:
    me = harness.verify(harness.sign_in("ada", PASSWORD).access_token)
    harness.store.queues.take_numbers(me.user_id, me.session_id, 1, harness.clock.now())
    sweep = sweeper(harness)
    harness.own.delete(me, PASSWORD)

    sweep()
    assert harness.store.queues.get(me.user_id) is not None
    harness.clock.advance(QUIET_MS + 1)
    sweep()

    assert harness.store.queues.get(me.user_id) is None
    assert harness.accounts.by_username("ada") is None


@pytest.fixture
def interrupted(harness: SignInHarness, account: Account, monkeypatch: pytest.MonkeyPatch) -> Principal:
    """Of this user's deletion only the first write was made."""
    me = harness.verify(harness.sign_in("ada", PASSWORD).access_token)

    def unavailable(*_: object) -> None:
        raise UnavailableError

    with monkeypatch.context() as patch:
        patch.setattr(harness.stored_sessions, "remove", unavailable)
        with pytest.raises(UnavailableError):
            harness.own.delete(me, PASSWORD)
    return me


def test_while_a_deletion_is_interrupted_the_account_is_as_good_as_gone(
    harness: SignInHarness, interrupted: Principal
) -> None:
    """It is not called disabled: no administrator could help."""
    with pytest.raises(UnauthenticatedError, match="The username or the password is wrong"):
        harness.sign_in("ada", PASSWORD)


def test_an_interrupted_deletion_can_be_repeated_by_its_user(
    harness: SignInHarness, interrupted: Principal
) -> None:
    with pytest.raises(ForbiddenError):
        harness.own.delete(interrupted, "wrong")
    harness.own.delete(interrupted, PASSWORD)

    assert harness.accounts.by_username("ada") is None
    with pytest.raises(UnauthenticatedError):
        harness.own.delete(interrupted, PASSWORD)


@pytest.mark.parametrize("taken", [False, True])
def test_an_interrupted_deletion_is_completed_by_the_sweeper_and_harms_nobody_of_that_name(
    harness: SignInHarness, interrupted: Principal, taken: bool
) -> None:
    stranger = Account("ada", "stranger", "hash", harness.clock.now())
    if taken:
        harness.accounts.accounts["ada"] = stranger
    sweep = sweeper(harness)

    assert harness.stored_sessions.sessions

    sweep()

    assert harness.accounts.by_username("ada") == (stranger if taken else None)
    assert harness.stored_sessions.sessions == {}
    harness.clock.advance(QUIET_MS + 1)
    sweep()
    assert harness.store.queues.get(interrupted.user_id) is None
