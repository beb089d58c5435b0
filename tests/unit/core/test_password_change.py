"""A changed password evicts whoever knows the old one, whatever happens at the same moment."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import ForbiddenError, TooManyError, UnauthenticatedError, UnavailableError
from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.own_account import CHANGES
from tests.fakes.methods import methods_of
from tests.unit.core.sign_in_harness import PASSWORD, SignInHarness, before_next

NEW = "another battery"


@pytest.fixture
def harness() -> SignInHarness:
    opened = SignInHarness()
    opened.register("ada", PASSWORD)
    return opened


@pytest.fixture
def me(harness: SignInHarness) -> Principal:
    return sign_in(harness)


def sign_in(harness: SignInHarness, password: str = PASSWORD) -> Principal:
    return harness.verify(harness.sign_in("ada", password).access_token)


def live(harness: SignInHarness, me: Principal) -> set[str]:
    return set(harness.store.tables.queues[me.user_id].sessions)


def assert_changed(harness: SignInHarness, me: Principal) -> None:
    """Only the caller is connected, and only the new password signs in."""
    assert live(harness, me) == {me.session_id}
    with pytest.raises(UnauthenticatedError):
        sign_in(harness)
    sign_in(harness, NEW)


def test_a_sign_in_under_way_with_the_old_password_opens_nothing(
    harness: SignInHarness, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its password was verified before the change; it comes to open its session after it."""
    change = lambda: harness.own.change_password(me, PASSWORD, NEW)  # noqa: E731
    before_next(monkeypatch, harness.store.connections, "open_session", change)

    with pytest.raises(UnauthenticatedError):
        sign_in(harness)

    assert_changed(harness, me)


def test_a_sign_in_between_the_two_writes_of_a_change_is_evicted_by_it(
    harness: SignInHarness, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_next(monkeypatch, harness.accounts, "set_password", lambda: sign_in(harness))

    harness.own.change_password(me, PASSWORD, NEW)

    assert set(harness.stored_sessions.sessions) == {me.session_id}, (
        "nor can a refresh token of theirs be spent"
    )
    assert_changed(harness, me)


def test_a_sign_in_that_catches_up_after_the_change_opens_nothing(
    harness: SignInHarness, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It saw the queue's new generation while the account still had the old password."""
    generation, _ = harness.sessions.begin_generation(me)
    account = harness.accounts.accounts["ada"]
    change = lambda: harness.accounts.set_password(account, f"hashed {NEW}", generation)  # noqa: E731
    before_next(monkeypatch, harness.accounts, "set_password", change)

    with pytest.raises(UnauthenticatedError):
        sign_in(harness)

    assert_changed(harness, me)


def test_a_hash_that_is_renewed_at_the_same_moment_delays_a_change_and_no_more(
    harness: SignInHarness, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = harness.accounts.accounts["ada"]
    renew = lambda: harness.accounts.set_password(account, f"outdated {PASSWORD}", 0)  # noqa: E731
    before_next(monkeypatch, harness.accounts, "set_password", renew)

    harness.own.change_password(me, PASSWORD, NEW)

    assert_changed(harness, me)


def test_an_interrupted_change_locks_nobody_out(harness: SignInHarness, me: Principal) -> None:
    """The queue has the next generation, the account still has the old password."""
    thief = sign_in(harness)
    harness.sessions.begin_generation(me)

    again = sign_in(harness)

    assert live(harness, me) == {me.session_id, again.session_id}
    assert thief.session_id not in live(harness, me)
    harness.own.change_password(me, PASSWORD, NEW)
    assert_changed(harness, me)


@pytest.mark.parametrize("takes_effect", [False, True])
def test_a_change_of_which_any_call_fails_can_be_repeated(takes_effect: bool) -> None:
    """However often: it was answered 503, and the thief may come back in between."""
    for number, _ in enumerate(iter(int, 1), 1):
        harness = SignInHarness()
        harness.register("ada", PASSWORD)
        sign_in(harness)
        me = sign_in(harness)
        with pytest.MonkeyPatch.context() as patch:
            calls = fail_at(patch, harness, number, takes_effect)
            try:
                harness.own.change_password(me, PASSWORD, NEW)
            except UnavailableError:
                pass
            else:
                assert calls() < number, "a failure that nobody noticed"
                return
        with pytest.MonkeyPatch.context() as patch:
            old = harness.accounts.accounts["ada"].password_hash == f"hashed {PASSWORD}"
            thief = sign_in(harness) if old else None
            harness.own.change_password(me, PASSWORD, NEW)
        assert live(harness, me) == {me.session_id}, (number, thief)
        sign_in(harness, NEW)


def fail_at(
    patch: pytest.MonkeyPatch, harness: SignInHarness, number: int, takes_effect: bool
) -> Callable[[], int]:
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

    for store, name in methods_of(
        harness.store,
        harness.accounts,
        harness.stored_sessions,
        harness.tries,
    ):
        patch.setattr(store, name, wrapped(getattr(store, name)))
    return lambda: made


def test_a_change_that_is_always_overtaken_is_not_said_to_have_worked(
    harness: SignInHarness, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_password, tries = harness.accounts.set_password, []

    def overtaken(*args: Any) -> None:
        monkeypatch.setattr(harness.accounts, "set_password", set_password)
        sign_in(harness)
        monkeypatch.setattr(harness.accounts, "set_password", overtaken)
        tries.append(args)
        set_password(*args)

    monkeypatch.setattr(harness.accounts, "set_password", overtaken)

    with pytest.raises(UnavailableError):
        harness.own.change_password(me, PASSWORD, NEW)

    assert len(tries) == CHANGES


def test_of_two_changes_at_once_the_one_that_is_overtaken_says_so(
    harness: SignInHarness, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = lambda: harness.own.change_password(me, PASSWORD, NEW)  # noqa: E731
    before_next(monkeypatch, harness.accounts, "set_password", other)

    with pytest.raises(UnauthenticatedError):
        harness.own.change_password(me, PASSWORD, "a third one")

    assert_changed(harness, me)


def test_who_knows_neither_password_changes_nothing(harness: SignInHarness, me: Principal) -> None:
    with pytest.raises(ForbiddenError):
        harness.own.change_password(me, "wrong", NEW)

    assert harness.accounts.accounts["ada"].generation == 0


def test_no_more_passwords_are_tested_than_tries_are_counted(
    harness: SignInHarness, me: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.own.change_password(me, PASSWORD, NEW)
    tested, verify = list[str](), harness.own.passwords.verify

    def watched(password_hash: str | None, password: str) -> bool:
        tested.append(password)
        return verify(password_hash, password)

    monkeypatch.setattr(harness.own.passwords, "verify", watched)

    for _ in range(2):
        with pytest.raises(ForbiddenError):
            harness.own.change_password(me, "a guess", "another guess")
    with pytest.raises(TooManyError):
        harness.own.change_password(me, "a guess", NEW)

    assert len(tested) == 5
    assert harness.accounts.accounts["ada"].generation == 1
