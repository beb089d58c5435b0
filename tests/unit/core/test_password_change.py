"""A changed password evicts whoever knows the old one, whatever happens at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import ForbiddenError, UnauthenticatedError, UnavailableError
from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.own_account import CHANGES
from tests.fakes.methods import methods_of
from tests.unit.core.door import PASSWORD, Door, before_next

NEW = "another battery"


@pytest.fixture
def door() -> Door:
    opened = Door()
    opened.register("ada", PASSWORD)
    return opened


@pytest.fixture
def me(door: Door) -> Principal:
    return sign_in(door)


def sign_in(door: Door, password: str = PASSWORD) -> Principal:
    return door.verify(door.sign_in("ada", password).access_token)


def live(door: Door, me: Principal) -> set[str]:
    return set(door.store.tables.queues[me.user_id].sessions)


def assert_changed(door: Door, me: Principal) -> None:
    """Only the caller is connected, and only the new password signs in."""
    assert live(door, me) == {me.session_id}
    with pytest.raises(UnauthenticatedError):
        sign_in(door)
    sign_in(door, NEW)


def test_a_sign_in_under_way_with_the_old_password_opens_nothing(
    door: Door, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its password was verified before the change; it comes to open its session after it."""
    change = lambda: door.own.change_password(me, PASSWORD, NEW)  # noqa: E731
    before_next(monkeypatch, door.store.connections, "open_session", change)

    with pytest.raises(UnauthenticatedError):
        sign_in(door)

    assert_changed(door, me)


def test_a_sign_in_between_the_two_writes_of_a_change_is_evicted_by_it(
    door: Door, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_next(monkeypatch, door.accounts, "set_password", lambda: sign_in(door))

    door.own.change_password(me, PASSWORD, NEW)

    assert set(door.stored_sessions.sessions) == {me.session_id}, "nor can a refresh token of theirs be spent"
    assert_changed(door, me)


def test_a_sign_in_that_catches_up_after_the_change_opens_nothing(
    door: Door, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It saw the queue's new generation while the account still had the old password."""
    generation, _ = door.sessions.begin_generation(me)
    account = door.accounts.accounts["ada"]
    change = lambda: door.accounts.set_password(account, f"hashed {NEW}", generation)  # noqa: E731
    before_next(monkeypatch, door.accounts, "set_password", change)

    with pytest.raises(UnauthenticatedError):
        sign_in(door)

    assert_changed(door, me)


def test_a_hash_that_is_renewed_at_the_same_moment_delays_a_change_and_no_more(
    door: Door, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = door.accounts.accounts["ada"]
    renew = lambda: door.accounts.set_password(account, f"outdated {PASSWORD}", 0)  # noqa: E731
    before_next(monkeypatch, door.accounts, "set_password", renew)

    door.own.change_password(me, PASSWORD, NEW)

    assert_changed(door, me)


def test_an_interrupted_change_locks_nobody_out(door: Door, me: Principal) -> None:
    """The queue has the next generation, the account still has the old password."""
    thief = sign_in(door)
    door.sessions.begin_generation(me)

    again = sign_in(door)

    assert live(door, me) == {me.session_id, again.session_id}
    assert thief.session_id not in live(door, me)
    door.own.change_password(me, PASSWORD, NEW)
    assert_changed(door, me)


@pytest.mark.parametrize("takes_effect", [False, True])
def test_a_change_of_which_any_call_fails_can_be_repeated(takes_effect: bool) -> None:
    """However often: it was answered 503, and the thief may come back in between."""
    for number, _ in enumerate(iter(int, 1), 1):
        door = Door()
        door.register("ada", PASSWORD)
        sign_in(door)
        me = sign_in(door)
        with pytest.MonkeyPatch.context() as patch:
            calls = fail_at(patch, door, number, takes_effect)
            try:
                door.own.change_password(me, PASSWORD, NEW)
            except UnavailableError:
                pass
            else:
                assert calls() < number, "a failure that nobody noticed"
                return
        with pytest.MonkeyPatch.context() as patch:
            old = door.accounts.accounts["ada"].password_hash == f"hashed {PASSWORD}"
            thief = sign_in(door) if old else None
            door.own.change_password(me, PASSWORD, NEW)
        assert live(door, me) == {me.session_id}, (number, thief)
        sign_in(door, NEW)


def fail_at(patch: pytest.MonkeyPatch, door: Door, number: int, takes_effect: bool) -> Callable[[], int]:
    """So many calls of the stores are made; the one with this number has no answer."""
    made = 0

    def wrapped(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal made
            made += 1
            if made == number:
                if takes_effect:
                    method(*args, **kwargs)
                raise UnavailableError("Simulated.")
            return method(*args, **kwargs)

        return call

    for store, name in methods_of(door.store, door.accounts, door.stored_sessions, door.tries):
        patch.setattr(store, name, wrapped(getattr(store, name)))
    return lambda: made


def test_a_change_that_is_always_overtaken_is_not_said_to_have_worked(
    door: Door, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_password, tries = door.accounts.set_password, []

    def overtaken(*args: Any) -> None:
        monkeypatch.setattr(door.accounts, "set_password", set_password)
        sign_in(door)
        monkeypatch.setattr(door.accounts, "set_password", overtaken)
        tries.append(args)
        set_password(*args)

    monkeypatch.setattr(door.accounts, "set_password", overtaken)

    with pytest.raises(UnavailableError):
        door.own.change_password(me, PASSWORD, NEW)

    assert len(tries) == CHANGES


def test_of_two_changes_at_once_the_one_that_is_overtaken_says_so(
    door: Door, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = lambda: door.own.change_password(me, PASSWORD, NEW)  # noqa: E731
    before_next(monkeypatch, door.accounts, "set_password", other)

    with pytest.raises(UnauthenticatedError):
        door.own.change_password(me, PASSWORD, "a third one")

    assert_changed(door, me)


def test_who_knows_neither_password_changes_nothing(door: Door, me: Principal) -> None:
    with pytest.raises(ForbiddenError):
        door.own.change_password(me, "wrong", NEW)

    assert door.accounts.accounts["ada"].generation == 0
