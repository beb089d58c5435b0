"""Signing in and staying signed in, over the fakes."""

from dataclasses import replace

import pytest

from chalicelib.core.errors import (
    InvalidInputError,
    TooManyError,
    UnauthenticatedError,
)
from chalicelib.core.identity.account import Account
from chalicelib.core.identity.session import (
    GRACE_MS,
    IDLE_MS,
    LONGEST_MS,
    MOST_SESSIONS,
    OWN_GRACE_MS,
    RefreshToken,
)
from chalicelib.core.identity.tries import FREE_TRIES
from tests.fakes.secrets import COMMON
from tests.unit.core.sign_in_harness import HOME, PASSWORD, SignInHarness, before_next


@pytest.fixture
def harness() -> SignInHarness:
    return SignInHarness()


@pytest.fixture
def account(harness: SignInHarness) -> Account:
    return harness.register("Ada", PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        *(COMMON, "ADA", "xy" * 3, "xy" * 65),
        *("e\u0301" * 4, "\u1112\u1161\u11ab" * 3),  # 4 and 3 characters, composed
        *("\ufdfa", "\u00bc" * 5 + "ab", "Gurukool\ufdfa", "ada \u00bc\u00bc"),  # longer, normalised
        "\ufdfa" * 8,
        *("aaaaaaaa", "AaAaAaAa", " " * 8, "x" * 63),
        *("gurukool", "Gurukool1", "\uff47urukool123", "my ada 12", "adaadaada", "ada-gurukool"),
    ],
)
def test_a_bad_password_is_refused(harness: SignInHarness, password: str) -> None:
    with pytest.raises(InvalidInputError):
        harness.register("ada", password)


@pytest.mark.parametrize(
    "password", ["e\u0301" * 4 + "ab" * 2, "xy" * 64, "xe\u0301" * 64, "ada is what they call me"]
)
def test_a_good_password_is_taken_whatever_it_is_made_of(harness: SignInHarness, password: str) -> None:
    assert harness.register("ada", password)


@pytest.mark.parametrize("username", ["admin", "Root", "GURUKOOL"])
def test_names_that_pass_for_the_operators_are_reserved(harness: SignInHarness, username: str) -> None:
    with pytest.raises(InvalidInputError):
        harness.register(username, PASSWORD)


def test_the_faults_of_a_username_and_its_password_are_told_together(harness: SignInHarness) -> None:
    with pytest.raises(InvalidInputError) as refused:
        harness.register("a b", "short")

    assert [fault.path for fault in refused.value.fields] == ["username", "password"]


@pytest.mark.parametrize("typed", ["ada", "ADA", "\uff21da"])
def test_a_username_has_one_spelling(harness: SignInHarness, account: Account, typed: str) -> None:
    assert account.username == "ada"
    assert harness.verify(harness.sign_in(typed, PASSWORD).access_token).user_id == account.user_id


def test_an_outdated_hash_is_renewed_at_sign_in(harness: SignInHarness, account: Account) -> None:
    harness.accounts.accounts["ada"] = replace(account, password_hash=f"outdated {PASSWORD}")

    harness.sign_in("ada", PASSWORD)

    assert harness.accounts.accounts["ada"].password_hash == account.password_hash


@pytest.mark.parametrize("username", ["ada", "nobody"])
def test_waits_double_up_to_an_hour(harness: SignInHarness, account: Account, username: str) -> None:
    waits = []
    for _ in range(14):
        try:
            with pytest.raises(UnauthenticatedError):
                harness.sign_in(username, "wrong")
            harness.sign_in(username, "wrong")
        except TooManyError as error:
            waits.append(error.retry_after)
            harness.clock.advance(error.retry_after * 1000)
        except UnauthenticatedError:
            continue

    assert waits[:4] == [30, 60, 120, 240]
    assert max(waits) == 3600


def test_the_right_password_is_not_tried_before_its_time_and_ends_the_waits(
    harness: SignInHarness, account: Account
) -> None:
    for _ in range(5):
        with pytest.raises(UnauthenticatedError):
            harness.sign_in("ada", "wrong")
    with pytest.raises(TooManyError) as refused:
        harness.sign_in("ada", PASSWORD)
    harness.clock.advance(refused.value.retry_after * 1000)

    harness.sign_in("ada", PASSWORD)

    for _ in range(5):
        with pytest.raises(UnauthenticatedError):
            harness.sign_in("ada", "wrong")


def test_the_right_password_forgets_the_wrong_ones(harness: SignInHarness, account: Account) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(UnauthenticatedError):
                harness.sign_in("ada", "wrong")
        harness.sign_in("ada", PASSWORD)


def test_a_session_lives_as_long_as_it_is_refreshed_but_not_for_ever(
    harness: SignInHarness, account: Account
) -> None:
    token, spent = harness.sign_in("ada", PASSWORD).refresh_token, 0
    while spent + IDLE_MS - 1_000 < LONGEST_MS:
        harness.clock.advance(IDLE_MS - 1_000)
        spent += IDLE_MS - 1_000
        token = harness.sessions.refresh(token).refresh_token
    harness.clock.advance(LONGEST_MS - spent)

    with pytest.raises(UnauthenticatedError):
        harness.sessions.refresh(token)


def test_a_session_that_is_idle_too_long_is_over(harness: SignInHarness, account: Account) -> None:
    token = harness.sign_in("ada", PASSWORD).refresh_token
    harness.clock.advance(IDLE_MS)

    with pytest.raises(UnauthenticatedError):
        harness.sessions.refresh(token)


@pytest.mark.parametrize(
    ("later", "network", "lives"),
    [
        (GRACE_MS, "elsewhere", True),
        (GRACE_MS + 1, "elsewhere", False),
        (OWN_GRACE_MS, HOME, True),
        (OWN_GRACE_MS + 1, HOME, False),
    ],
)
def test_a_spent_token_gives_its_successor_again_or_ends_the_session(
    harness: SignInHarness, account: Account, later: int, network: str, lives: bool
) -> None:
    token = harness.sign_in("ada", PASSWORD).refresh_token
    successor = harness.sessions.refresh(token, HOME).refresh_token
    harness.clock.advance(later)

    if lives:
        assert harness.sessions.refresh(token, network).refresh_token == successor
    else:
        with pytest.raises(UnauthenticatedError):
            harness.sessions.refresh(token, network)
        with pytest.raises(UnauthenticatedError):
            harness.sessions.refresh(successor)


def test_a_sign_in_does_not_outrun_the_disabling_of_its_account(
    harness: SignInHarness, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = harness.verify(harness.sign_in("ada", PASSWORD).access_token)
    # After the account was read, before the session is opened.
    before_next(
        monkeypatch,
        harness.store.connections,
        "open_session",
        lambda: harness.store.connections.block(me.user_id, harness.clock.now()),
    )

    with pytest.raises(UnauthenticatedError):
        harness.sign_in("ada", PASSWORD)

    assert harness.store.tables.queues[me.user_id].sessions == {}


def test_a_session_that_is_refreshed_meanwhile_does_not_end_as_the_oldest(
    harness: SignInHarness, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest, *_ = [harness.sign_in("ada", PASSWORD) for _ in range(MOST_SESSIONS)]
    (session_id, *_) = harness.store.tables.queues[account.user_id].sessions
    harness.clock.advance(1)
    refreshed = []
    before_next(
        monkeypatch,
        harness.store.connections,
        "end_session",
        lambda: refreshed.append(harness.sessions.refresh(oldest.refresh_token)),
    )

    harness.sign_in("ada", PASSWORD)

    harness.clock.advance(OWN_GRACE_MS)
    assert harness.sessions.refresh(refreshed[0].refresh_token).principal.session_id == session_id


def test_a_disabled_account_is_refused_in_the_words_of_a_wrong_password(
    harness: SignInHarness, account: Account
) -> None:
    harness.accounts.set_disabled(account, disabled=True)
    refused = []
    for password in (PASSWORD, "wrong"):
        with pytest.raises(UnauthenticatedError) as caught:
            harness.sign_in("ada", password)
        refused.append(str(caught.value))

    assert refused[0] == refused[1]


@pytest.mark.parametrize("session_id", ["tries 0123", "", "a/b", "ä"])
def test_nothing_but_sessions_is_looked_up_by_a_refresh_token(
    harness: SignInHarness, session_id: str
) -> None:
    with pytest.raises(UnauthenticatedError):
        harness.sessions.refresh(f"{session_id}.family.secret")

    assert RefreshToken.parse(f"{session_id}.family.secret") is None


def test_tries_of_long_ago_are_forgotten_at_once(harness: SignInHarness, account: Account) -> None:
    """To the millisecond, though the store counts in seconds."""
    for _ in range(FREE_TRIES):
        with pytest.raises(UnauthenticatedError):
            harness.sign_in("ada", "wrong")
    (tries,) = harness.tries.tries.values()
    harness.clock.advance(tries.forgotten_at - harness.clock.now())

    with pytest.raises(UnauthenticatedError):
        harness.sign_in("ada", "wrong")

    assert [tries.count for tries in harness.tries.tries.values()] == [1]
