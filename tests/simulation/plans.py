"""What the handlers of a history do with their requests."""

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True, slots=True)
class Plan:
    """What the handler does with one request."""

    ms: int = 10
    fails: int = 0  # so many attempts fail before one succeeds
    kills: int = 0  # so many attempts end the process
    permanent: bool = False  # its failures are
    retry_after_ms: int | None = None
    deaf: bool = False  # to the time limit, and to a stop
    heeds: bool = False  # ends by itself when somebody wants a stop


def draw_plan(rng: Random) -> Plan:
    """Most requests are short and succeed."""
    if rng.random() < 0.6:
        return Plan(ms=rng.choice((0, 5, 50, 300)))
    return Plan(
        ms=rng.choice((0, 20, 400, 1_900, 2_500)),
        fails=rng.choice((0, 0, 1, 2, 9)),
        kills=rng.choice((0, 0, 0, 1, 9)),
        permanent=rng.random() < 0.1,
        retry_after_ms=rng.choice((None, None, 0, 3_000)),
        deaf=rng.random() < 0.2,
        heeds=rng.random() < 0.3,
    )


def prolonged(plan: Plan, rng: Random) -> Plan:
    """The same for a long request, or for a slow one, whose time limit is that much shorter."""
    return replace(plan, ms=rng.choice((plan.ms, 4_000, 14_000, 40_000)))
