"""Sessions and their refresh tokens, and the counts of tries beside them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from secrets import token_hex

import pytest

from chalicelib.core.account import Role
from chalicelib.core.errors import LostRaceError, TooManyError
from chalicelib.core.session import RefreshToken, Session, new_session_id
from chalicelib.core.throttle import Throttle
from chalicelib.core.tries import FREE_TRIES, WINDOW_MS, Tries
from tests.contract.backends import EMULATOR, FAKE
from tests.contract.stores import Store
from tests.contract.users import EXPIRY, LATER, NOW
from tests.fakes.clock import FakeClock

END = EXPIRY + 3_600_000
THIRTY = 30
# moto looks at a condition and writes in two steps.
at_once = pytest.mark.parametrize("backend", [FAKE, EMULATOR], indirect=True)


@pytest.fixture
def token() -> RefreshToken:
    return RefreshToken.new(new_session_id())


@pytest.fixture
def session(store: Store, token: RefreshToken) -> Session:
    added = Session(
        session_id=token.session_id,
        user_id=token_hex(16),
        username="ada",
        role=Role.USER,
        client="a browser",
        family_hash=token.family_hash,
        refresh_hash=token.hash,
        created_at=NOW,
        refreshed_at=NOW,
        expires_at=EXPIRY,
        ends_at=END,
    )
    store.sessions.add(added)
    return added


@pytest.fixture
def subject() -> str:
    return f"sign-in {token_hex(4)}"


def test_a_session_is_read_as_it_was_added(store: Store, session: Session) -> None:
    assert store.sessions.get(session.session_id) == session
    assert list(store.sessions.several([session.session_id, "none"])) == [session]
    assert store.sessions.several([]) == []


def test_rotation_spends_the_token_and_seals_its_successor(
    store: Store, session: Session, token: RefreshToken
) -> None:
    successor = token.successor()

    rotated = store.sessions.rotate(token, successor, LATER, EXPIRY + 1_000)

    assert store.sessions.get(session.session_id) == rotated
    assert rotated.sealed is not None
    assert token.unseal(rotated.sealed) == successor
    assert rotated == replace(
        session,
        refresh_hash=successor.hash,
        previous_hash=token.hash,
        sealed=rotated.sealed,
        refreshed_at=LATER,
        expires_at=EXPIRY + 1_000,
    )


def test_a_token_is_spent_once(store: Store, session: Session, token: RefreshToken) -> None:
    rotated = store.sessions.rotate(token, token.successor(), NOW, EXPIRY)

    with pytest.raises(LostRaceError):
        store.sessions.rotate(token, token.successor(), NOW, EXPIRY)

    assert store.sessions.get(session.session_id) == rotated


@pytest.mark.parametrize("now", [EXPIRY, END])
def test_a_session_that_is_over_is_not_refreshed(
    store: Store, session: Session, token: RefreshToken, now: int
) -> None:
    with pytest.raises(LostRaceError):
        store.sessions.rotate(token, token.successor(), now, now + 1)


def test_the_right_secret_in_another_family_is_not_enough(
    store: Store, session: Session, token: RefreshToken
) -> None:
    with pytest.raises(LostRaceError):
        store.sessions.rotate(replace(token, family="guessed"), token.successor(), NOW, EXPIRY)


@at_once
def test_thirty_rotations_at_once_spend_the_token_once(
    store: Store, session: Session, token: RefreshToken
) -> None:
    def rotate(_: int) -> bool:
        try:
            store.sessions.rotate(token, token.successor(), NOW, EXPIRY)
        except LostRaceError:
            return False
        return True

    with ThreadPoolExecutor(THIRTY) as pool:
        assert sum(pool.map(rotate, range(THIRTY))) == 1


def test_a_session_is_removed_by_its_own_user_only(store: Store, session: Session) -> None:
    store.sessions.remove(session.session_id, "somebody else")
    assert store.sessions.get(session.session_id) == session

    store.sessions.remove(session.session_id, session.user_id)
    store.sessions.remove(session.session_id, session.user_id)
    assert store.sessions.get(session.session_id) is None


def test_tries_are_counted_from_one_to_the_next(store: Store, subject: str) -> None:
    first, second = Tries(1, NOW), Tries(2, LATER)
    assert store.tries.get(subject) is None

    store.tries.begin(subject, first)
    store.tries.replace(subject, first, second)

    assert store.tries.get(subject) == second


def test_no_try_is_lost_to_another_one(store: Store, subject: str) -> None:
    store.tries.begin(subject, Tries(1, NOW))
    store.tries.replace(subject, Tries(1, NOW), Tries(2, NOW))

    with pytest.raises(LostRaceError):
        store.tries.begin(subject, Tries(1, LATER))
    with pytest.raises(LostRaceError):
        store.tries.replace(subject, Tries(1, NOW), Tries(2, LATER))


def test_tries_begin_anew_when_they_are_forgotten(store: Store, subject: str) -> None:
    store.tries.begin(subject, Tries(1, NOW))
    again = Tries(1, NOW + WINDOW_MS)

    store.tries.begin(subject, again)
    assert store.tries.get(subject) == again

    store.tries.forget(subject)
    assert store.tries.get(subject) is None


@at_once
def test_thirty_tries_at_once_are_five_that_are_made(store: Store, subject: str) -> None:
    throttle = Throttle(store.tries, FakeClock(NOW))

    def is_admitted(_: int) -> bool:
        try:
            throttle.admit(subject)
        except TooManyError:
            return False
        return True

    with ThreadPoolExecutor(THIRTY) as pool:
        admitted = sum(pool.map(is_admitted, range(THIRTY)))

    assert admitted == FREE_TRIES
    assert store.tries.get(subject) == Tries(FREE_TRIES, NOW)


@at_once
def test_thirty_tries_that_are_made_at_once_count_as_thirty(store: Store, subject: str) -> None:
    def make(i: int) -> None:
        while True:
            seen = store.tries.get(subject)
            try:
                if seen is None:
                    return store.tries.begin(subject, Tries(1, NOW))
                return store.tries.replace(subject, seen, seen.another(NOW + i))
            except LostRaceError:
                continue

    with ThreadPoolExecutor(THIRTY) as pool:
        list(pool.map(make, range(THIRTY)))

    counted = store.tries.get(subject)
    assert counted is not None
    assert counted.count == THIRTY


def test_a_slot_for_waiting_is_had_by_one_call_until_it_is_given_back(store: Store, session: Session) -> None:
    store.sessions.occupy(session.session_id, 1, LATER, NOW)
    with pytest.raises(LostRaceError):
        store.sessions.occupy(session.session_id, 1, LATER + 1, LATER - 1)
    store.sessions.occupy(session.session_id, 2, LATER, NOW)

    store.sessions.vacate(session.session_id, 1, LATER)
    store.sessions.occupy(session.session_id, 1, LATER + 1, NOW)

    assert store.sessions.get(session.session_id) == session


def test_a_slot_frees_itself_and_is_not_taken_from_who_has_it_then(store: Store, session: Session) -> None:
    store.sessions.occupy(session.session_id, 1, LATER, NOW)
    store.sessions.occupy(session.session_id, 1, LATER + 5_000, LATER)

    store.sessions.vacate(session.session_id, 1, LATER)

    with pytest.raises(LostRaceError):
        store.sessions.occupy(session.session_id, 1, LATER + 9_000, LATER)


def test_a_session_that_is_gone_has_no_slots(store: Store, session: Session) -> None:
    store.sessions.remove(session.session_id, session.user_id)

    store.sessions.vacate(session.session_id, 1, LATER)
    with pytest.raises(LostRaceError):
        store.sessions.occupy(session.session_id, 1, LATER, NOW)
    assert store.sessions.get(session.session_id) is None


@at_once
def test_of_many_who_want_a_slot_at_once_one_has_it(store: Store, session: Session) -> None:
    def occupy(n: int) -> bool:
        try:
            store.sessions.occupy(session.session_id, 1, LATER + n, NOW)
        except LostRaceError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(occupy, range(10))) == 1
