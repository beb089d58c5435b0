"""Counts of tries, and the numbers that bound those from networks that are not known."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from secrets import token_hex

import pytest

from chalicelib.core.errors import LostRaceError, TooManyError
from chalicelib.core.identity.throttle import Throttle
from chalicelib.core.identity.tries import DAY_MS, FREE_TRIES, LONGEST_TRY_MS, Tries
from tests.contract.backends import EMULATOR, FAKE
from tests.contract.stores import Stores
from tests.contract.users import LATER, NOW

THIRTY = 30
LONG = NOW + 90 * DAY_MS
# moto looks at a condition and writes in two steps.
at_once = pytest.mark.parametrize("backend", [FAKE, EMULATOR], indirect=True)


class StandingClock:
    """Others go on while somebody waits; what was counted stays as recent as it was."""

    def now(self) -> int:
        return NOW

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / 10)


@pytest.fixture
def subject() -> str:
    return f"sign-in {token_hex(4)}"


def found(stores: Stores, subject: str) -> Tries:
    tries = stores.tries.get(subject)
    assert tries is not None
    return tries


def test_free_tries_are_counted_and_the_next_one_is_not_free(stores: Stores, subject: str) -> None:
    assert stores.tries.get(subject) is None

    counted = [stores.tries.admit(subject, NOW + i) for i in range(FREE_TRIES)]

    assert counted == [Tries(i + 1, NOW + i) for i in range(FREE_TRIES)]
    with pytest.raises(LostRaceError):
        stores.tries.admit(subject, LATER)
    assert found(stores, subject) == counted[-1]


def test_tries_of_a_day_ago_are_no_longer_added_to(stores: Stores, subject: str) -> None:
    stores.tries.admit(subject, NOW)

    with pytest.raises(LostRaceError):
        stores.tries.admit(subject, NOW + DAY_MS)

    seen = found(stores, subject)
    again = stores.tries.replace(subject, seen, seen.another(NOW + DAY_MS))
    assert again == found(stores, subject) == Tries(1, NOW + DAY_MS)


def test_a_count_is_replaced_as_it_was_seen(stores: Stores, subject: str) -> None:
    seen = stores.tries.admit(subject, NOW)
    stores.tries.fail(subject)

    with pytest.raises(LostRaceError):
        stores.tries.replace(subject, seen, seen.another(LATER))

    stores.tries.replace(subject, replace(seen, failed=1), Tries(6, LATER, 5))
    assert found(stores, subject) == Tries(6, LATER, 5)


def test_the_right_try_forgets_those_that_failed_and_not_those_beside_it(
    stores: Stores, subject: str
) -> None:
    for _ in range(4):
        seen = stores.tries.admit(subject, NOW)
    stores.tries.fail(subject)
    stores.tries.fail(subject)

    with pytest.raises(LostRaceError):
        stores.tries.succeed(subject, seen, LONG)
    stores.tries.succeed(subject, replace(seen, failed=2), LONG)

    assert found(stores, subject) == Tries(1, NOW, 0, LONG)
    assert stores.tries.admit(subject, LATER).known_until == LONG


def test_a_try_that_was_not_made_is_taken_back(stores: Stores, subject: str) -> None:
    stores.tries.admit(subject, NOW)
    stores.tries.take_back(subject)

    assert found(stores, subject).count == 0


def test_who_is_known_has_tried_nothing(stores: Stores, subject: str) -> None:
    stores.tries.remember(subject, LONG)

    assert stores.tries.admit(subject, NOW) == Tries(1, NOW, 0, LONG)


def test_what_is_not_counted_is_not_settled(stores: Stores, subject: str) -> None:
    for settle in (stores.tries.fail, stores.tries.take_back):
        with pytest.raises(LostRaceError):
            settle(subject)
    with pytest.raises(LostRaceError):
        stores.tries.succeed(subject, Tries(1, NOW), LONG)

    assert stores.tries.get(subject) is None


def test_failures_are_counted_by_budget(stores: Stores, subject: str) -> None:
    for _ in range(2):
        stores.tries.spend(f"{subject} a", LATER)
    stores.tries.spend(f"{subject} b", LATER)

    assert stores.tries.spent([f"{subject} a", f"{subject} c"]) == {f"{subject} a": 2}


@at_once
def test_of_thirty_wrong_ones_at_once_five_are_tried(stores: Stores, subject: str) -> None:
    throttle = Throttle(stores.tries, StandingClock())

    def is_tried(_: int) -> bool:
        try:
            throttle.admit(subject)
        except TooManyError:
            return False
        throttle.failed(subject)
        return True

    with ThreadPoolExecutor(THIRTY) as pool:
        assert sum(pool.map(is_tried, range(THIRTY))) == FREE_TRIES

    assert found(stores, subject) == Tries(FREE_TRIES, NOW, FREE_TRIES)


@at_once
def test_twelve_right_ones_at_once_all_pass_after_some_wrong_ones(stores: Stores, subject: str) -> None:
    throttle = Throttle(stores.tries, StandingClock())
    for _ in range(3):
        throttle.admit(subject)
        throttle.failed(subject)

    def sign_in(_: int) -> None:
        throttle.succeeded(subject, throttle.admit(subject))

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(sign_in, range(12)))

    assert (found(stores, subject).count, found(stores, subject).failed) == (0, 0)


def test_a_try_of_which_nothing_is_heard_has_failed(stores: Stores, subject: str) -> None:
    """Its call has crashed: nobody waits for it, nor is it forgotten."""
    for _ in range(FREE_TRIES):
        stores.tries.admit(subject, NOW)

    class LaterClock(StandingClock):
        def now(self) -> int:
            return NOW + LONGEST_TRY_MS

    admitted = Throttle(stores.tries, LaterClock()).admit(subject)

    assert (admitted.count, admitted.failed) == (FREE_TRIES + 1, FREE_TRIES)
