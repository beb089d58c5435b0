"""What a failed attempt leads to."""

from dataclasses import replace

import pytest

from chalicelib.core.queueing.policy import OnFailure, Policy, after_failure, exhausted
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.steps import Halt, Retry

NOW = 1_000_000
BROKEN = Failure("error", "It broke.")
REQUEST = Request("user", 1, "type", "null", Status.RUNNING, enqueued_at=0, attempts=1)
POLICY = Policy(max_attempts=10, base_ms=1_000, cap_ms=60_000)


def decide(
    request: Request, policy: Policy = POLICY, failure: Failure = BROKEN, fraction: float = 0.5
) -> object:
    return after_failure(request, failure, policy, NOW, lambda: fraction)


@pytest.mark.parametrize(
    ("attempts", "longest_ms"), [(1, 1_000), (2, 2_000), (3, 4_000), (6, 32_000), (7, 60_000), (9, 60_000)]
)
def test_the_wait_doubles_up_to_the_cap_and_is_drawn_evenly(attempts: int, longest_ms: int) -> None:
    request = replace(REQUEST, attempts=attempts)

    for fraction in (0.0, 0.25, 0.999):
        assert decide(request, fraction=fraction) == Retry(NOW + int(fraction * longest_ms), BROKEN)


def test_a_handler_may_say_when() -> None:
    later = replace(BROKEN, retry_after_ms=5_000)

    assert decide(REQUEST, failure=later) == Retry(NOW + 5_000, later)


@pytest.mark.parametrize(
    ("attempts", "forgiven_attempts", "max_attempts", "kind", "is_exhausted"),
    [
        (2, 0, 3, "error", False),
        (3, 0, 3, "error", True),
        (4, 3, 3, "error", False),
        (6, 3, 3, "error", True),
        (1, 0, 1, "crash", True),
        (1, 0, 3, "crash", False),
        (1, 0, 3, "timeout", False),
        (1, 0, 3, "conflict", False),
        (1, 0, 3, "permanent", True),
    ],
)
def test_attempts_are_used_up(
    attempts: int, forgiven_attempts: int, max_attempts: int, kind: str, is_exhausted: bool
) -> None:
    request = replace(
        REQUEST, attempts=attempts, forgiven_attempts=forgiven_attempts, error=Failure(kind, "")
    )

    assert exhausted(request, Policy(max_attempts=max_attempts)) is is_exhausted


def test_after_the_last_attempt_the_request_has_failed() -> None:
    assert decide(REQUEST, Policy(max_attempts=1)) == Outcome(Status.FAILED, error=BROKEN)


def test_after_the_last_attempt_the_queue_is_halted_where_that_is_wanted() -> None:
    assert decide(REQUEST, Policy(max_attempts=1, on_failure=OnFailure.HALT)) == Halt(BROKEN)


def test_forgiven_attempts_do_not_lengthen_the_wait() -> None:
    request = replace(REQUEST, attempts=6, forgiven_attempts=5)

    assert decide(request, fraction=0.5) == Retry(NOW + 500, BROKEN)


@pytest.mark.parametrize(
    ("max_attempts", "on_failure", "expected"),
    [
        (None, None, Policy(max_attempts=3, on_failure=OnFailure.SKIP)),
        (7, None, Policy(max_attempts=7, on_failure=OnFailure.SKIP)),
        (None, "halt", Policy(max_attempts=3, on_failure=OnFailure.HALT)),
    ],
)
def test_the_caller_s_wish_goes_before_the_handler_s_policy(
    max_attempts: int | None, on_failure: str | None, expected: Policy
) -> None:
    request = replace(REQUEST, max_attempts=max_attempts, on_failure=on_failure)

    assert Policy(max_attempts=3).for_request(request) == expected
