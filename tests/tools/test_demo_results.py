"""The demo's verdict."""

from local_cloud.api_client import RequestView
from local_cloud.demo_results import Lane, is_right, summary


def _outcome(seq: int, start: int, finish: int) -> RequestView:
    """`start` and `finish` are seconds of one minute."""
    return RequestView(
        seq=seq,
        type="sleep",
        status="succeeded",
        attempts=1,
        enqueued_at="2026-11-21T20:00:00.000Z",
        started_at=f"2026-11-21T20:00:{start:02}.000Z",
        finished_at=f"2026-11-21T20:00:{finish:02}.000Z",
        result=None,
        error=None,
        position=None,
    )


RIGHT = Lane("ada", [1, 2], [_outcome(1, 1, 3), _outcome(2, 3, 6)])
OVERTAKEN = Lane("alan", [1, 2], [_outcome(2, 1, 2), _outcome(1, 2, 3)])
OVERLAPPING = Lane("grace", [1, 2], [_outcome(1, 1, 3), _outcome(2, 2, 4)])
LOST = Lane("donald", [1, 2], [_outcome(1, 1, 3)])
TWICE = Lane("barbara", [1], [_outcome(1, 1, 3), _outcome(1, 3, 4)])


def test_all_in_order_and_none_lost_is_right() -> None:
    assert is_right([RIGHT])
    assert summary([RIGHT], 4.0) == (
        "All 2 requests of 1 users were carried out, each user's in the order of acceptance: "
        "5.0 s of work in 4.0 s."
    )


def test_whatever_else_happens_to_one_user_is_wrong() -> None:
    for lane in (OVERTAKEN, OVERLAPPING, LOST, TWICE):
        assert not is_right([RIGHT, lane]), lane.name


def test_what_is_wrong_is_named() -> None:
    assert summary([RIGHT, OVERTAKEN, LOST], 4.0) == (
        "Something is wrong: 1 requests were lost; out of order: alan."
    )


def test_the_wait_is_from_acceptance_to_outcome() -> None:
    assert RIGHT.median_wait == 4.5
