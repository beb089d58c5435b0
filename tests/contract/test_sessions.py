"""Sessions and their refresh tokens."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError
from chalicelib.core.identity.account import Role
from chalicelib.core.identity.session import RefreshToken, Session, new_session_id
from tests.contract.backends import EMULATOR, FAKE
from tests.contract.stores import Stores
from tests.contract.users import EXPIRY, LATER, NOW

END = EXPIRY + 3_600_000
THIRTY = 30
# moto looks at a condition and writes in two steps.
at_once = pytest.mark.parametrize("backend", [FAKE, EMULATOR], indirect=True)


@pytest.fixture
def token() -> RefreshToken:
    return RefreshToken.new(new_session_id())


@pytest.fixture
def session(stores: Stores, token: RefreshToken) -> Session:
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
    stores.sessions.add(added)
    return added


def test_a_session_is_read_as_it_was_added(stores: Stores, session: Session) -> None:
    assert stores.sessions.get(session.session_id) == session
    assert list(stores.sessions.get_many([session.session_id, "none"])) == [session]
    assert stores.sessions.get_many([]) == []


def test_rotation_spends_the_token_and_seals_its_successor(
    stores: Stores, session: Session, token: RefreshToken
) -> None:
    successor = token.successor()

    rotated = stores.sessions.rotate(token, successor, LATER, EXPIRY + 1_000, "mark")

    assert stores.sessions.get(session.session_id) == rotated
    assert rotated.sealed is not None
    assert token.unseal(rotated.sealed) == successor
    assert rotated == replace(
        session,
        refresh_hash=successor.hash,
        previous_hash=token.hash,
        sealed=rotated.sealed,
        refreshed_at=LATER,
        refreshed_by="mark",
        expires_at=EXPIRY + 1_000,
    )


def test_a_token_is_spent_once(stores: Stores, session: Session, token: RefreshToken) -> None:
    rotated = stores.sessions.rotate(token, token.successor(), NOW, EXPIRY, "mark")

    with pytest.raises(LostRaceError):
        stores.sessions.rotate(token, token.successor(), NOW, EXPIRY, "mark")

    assert stores.sessions.get(session.session_id) == rotated


@pytest.mark.parametrize("now", [EXPIRY, END])
def test_a_session_that_is_over_is_not_refreshed(
    stores: Stores, session: Session, token: RefreshToken, now: int
) -> None:
    with pytest.raises(LostRaceError):
        stores.sessions.rotate(token, token.successor(), now, now + 1, "mark")


def test_the_right_secret_in_another_family_is_not_enough(
    stores: Stores, session: Session, token: RefreshToken
) -> None:
    with pytest.raises(LostRaceError):
        stores.sessions.rotate(replace(token, family="guessed"), token.successor(), NOW, EXPIRY, "mark")


@at_once
def test_thirty_rotations_at_once_spend_the_token_once(
    stores: Stores, session: Session, token: RefreshToken
) -> None:
    def rotate(_: int) -> bool:
        try:
            stores.sessions.rotate(token, token.successor(), NOW, EXPIRY, "mark")
        except LostRaceError:
            return False
        return True

    with ThreadPoolExecutor(THIRTY) as pool:
        assert sum(pool.map(rotate, range(THIRTY))) == 1


def test_a_session_is_removed_by_its_own_user_only(stores: Stores, session: Session) -> None:
    stores.sessions.remove(session.session_id, "somebody else")
    assert stores.sessions.get(session.session_id) == session

    stores.sessions.remove(session.session_id, session.user_id)
    stores.sessions.remove(session.session_id, session.user_id)
    assert stores.sessions.get(session.session_id) is None


def test_a_slot_for_waiting_is_had_by_one_call_until_it_is_given_back(
    stores: Stores, session: Session
) -> None:
    stores.sessions.occupy(session.session_id, 1, LATER, NOW)
    with pytest.raises(LostRaceError):
        stores.sessions.occupy(session.session_id, 1, LATER + 1, LATER - 1)
    stores.sessions.occupy(session.session_id, 2, LATER, NOW)

    stores.sessions.vacate(session.session_id, 1, LATER)
    stores.sessions.occupy(session.session_id, 1, LATER + 1, NOW)

    assert stores.sessions.get(session.session_id) == session


def test_a_slot_frees_itself_and_is_not_taken_from_who_has_it_then(stores: Stores, session: Session) -> None:
    stores.sessions.occupy(session.session_id, 1, LATER, NOW)
    stores.sessions.occupy(session.session_id, 1, LATER + 5_000, LATER)

    stores.sessions.vacate(session.session_id, 1, LATER)

    with pytest.raises(LostRaceError):
        stores.sessions.occupy(session.session_id, 1, LATER + 9_000, LATER)


def test_a_session_that_is_gone_has_no_slots(stores: Stores, session: Session) -> None:
    stores.sessions.remove(session.session_id, session.user_id)

    stores.sessions.vacate(session.session_id, 1, LATER)
    with pytest.raises(LostRaceError):
        stores.sessions.occupy(session.session_id, 1, LATER, NOW)
    assert stores.sessions.get(session.session_id) is None


@at_once
def test_of_many_who_want_a_slot_at_once_one_has_it(stores: Stores, session: Session) -> None:
    def occupy(n: int) -> bool:
        try:
            stores.sessions.occupy(session.session_id, 1, LATER + n, NOW)
        except LostRaceError:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(occupy, range(10))) == 1
