"""Calls that wait: two of a session at a time, and fewer looks the longer they wait."""

from collections.abc import Callable
from itertools import cycle, pairwise

import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.core.errors import UnavailableError
from chalicelib.core.polling import poll
from chalicelib.core.queueing.waits import GRACE_MS, SLOTS, Waits
from tests.fakes.accounts import FakeSessions, new_session


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sessions(clock: ManualClock) -> FakeSessions:
    sessions = FakeSessions()
    sessions.add(new_session("session", "user", clock.now()))
    return sessions


@pytest.fixture
def waits(sessions: FakeSessions, clock: ManualClock) -> Waits:
    return Waits(sessions, clock)


def waited_ms(waits: Waits, clock: ManualClock, session_id: str = "session", seconds: float = 2) -> int:
    begun = clock.now()
    assert waits(session_id, seconds, lambda: None) is None
    return clock.now() - begun


def test_what_is_there_is_found_at_once_and_takes_no_slot(waits: Waits, sessions: FakeSessions) -> None:
    del sessions.sessions["session"]

    assert waits("session", 20, lambda: "found") == "found"
    assert sessions.waits == {}


def test_what_comes_meanwhile_is_found_and_the_slot_given_back(
    waits: Waits, sessions: FakeSessions, clock: ManualClock
) -> None:
    due = clock.now() + 700
    taken: list[int] = []

    def look() -> str | None:
        taken.append(len(sessions.waits))
        return "found" if clock.now() >= due else None

    assert waits("session", 20, look) == "found"
    assert clock.now() < due + 250
    assert (taken[0], set(taken[1:]), sessions.waits) == (0, {1}, {})


def test_an_error_gives_the_slot_back(waits: Waits, sessions: FakeSessions) -> None:
    looks = iter([None])

    with pytest.raises(StopIteration):
        waits("session", 20, lambda: next(looks))

    assert sessions.waits == {}


def test_a_third_call_of_a_session_is_answered_at_once(waits: Waits, clock: ManualClock) -> None:
    def within(levels: int) -> Callable[[], int | None]:
        """The first look finds nothing; the second one is about to wait, while another call is made."""
        looks = iter([None])

        def look() -> int | None:
            if next(looks, "second") is None:
                return None
            return waited_ms(waits, clock) if levels == 1 else waits("session", 2, within(levels - 1))

        return look

    assert waits("session", 2, within(1)) == 2_000, "the second"
    assert waits("session", 2, within(2)) == 0, "the third"
    assert waited_ms(waits, clock) == 2_000, "they have been given back"


def test_other_sessions_have_slots_of_their_own(
    waits: Waits, sessions: FakeSessions, clock: ManualClock
) -> None:
    sessions.add(new_session("other", "user", clock.now()))
    for slot in SLOTS:
        sessions.occupy("session", slot, clock.now() + 20_000, clock.now())

    assert waited_ms(waits, clock) == 0
    assert waited_ms(waits, clock, "other") == 2_000


def test_what_a_call_that_died_has_taken_frees_itself(
    waits: Waits, sessions: FakeSessions, clock: ManualClock
) -> None:
    for slot in SLOTS:
        sessions.occupy("session", slot, clock.now() + 2_000 + GRACE_MS, clock.now())
    clock.advance(2_000 + GRACE_MS - 1)
    assert waited_ms(waits, clock) == 0

    clock.advance(1)

    assert waited_ms(waits, clock) == 2_000


def test_what_was_found_is_answered_though_the_slot_cannot_be_given_back(
    waits: Waits, sessions: FakeSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise UnavailableError("The store does not answer.")

    monkeypatch.setattr(sessions, "vacate", fail)
    looks = iter([None, "found"])

    assert waits("session", 20, lambda: next(looks)) == "found"


def test_a_long_wait_looks_some_thirty_times_and_more_slowly_with_time(clock: ManualClock) -> None:
    begun = clock.now()
    looks = [clock.now() - begun for _ in poll(clock, 20)]
    pauses = [after - before for before, after in pairwise(looks)]

    assert looks[-1] == 20_000
    assert 25 <= len(looks) <= 35
    assert max(pause for look, pause in zip(looks, pauses, strict=False) if look < 2_000) <= 250
    assert max(pauses) == 1_000


def test_of_the_deployment_no_more_calls_wait_than_it_has_slots_for(
    sessions: FakeSessions, clock: ManualClock
) -> None:
    """Each of 40 users calls while those before it wait."""
    at_once, users, draws = 5, 40, cycle(n / 16 for n in range(16))
    waits, waiting = Waits(sessions, clock, at_once, lambda: next(draws)), list[int]()

    def call(n: int) -> None:
        if n == users:
            return
        sessions.add(new_session(f"session {n}", f"user {n}", clock.now()))
        looks = iter([None])

        def look() -> bool | None:
            if next(looks, "second") is None:
                return None
            waiting.append(n)
            call(n + 1)
            return True

        if waits(f"session {n}", 20, look) is None:
            call(n + 1)

    call(0)

    assert len(waiting) == at_once
    assert sessions.waits == {}, "all slots have been given back"


def test_without_a_slot_of_the_deployment_that_of_the_session_is_given_back(
    sessions: FakeSessions, clock: ManualClock
) -> None:
    assert waited_ms(Waits(sessions, clock, at_once=0), clock) == 0
    assert sessions.waits == {}


def test_a_session_that_may_not_wait_takes_no_slot_of_the_deployment(
    sessions: FakeSessions, clock: ManualClock
) -> None:
    for slot in SLOTS:
        sessions.occupy("session", slot, clock.now() + 20_000, clock.now())

    assert waited_ms(Waits(sessions, clock, at_once=5), clock) == 0
    assert {waiter for waiter, _ in sessions.waits} == {"session"}
