"""What may happen to a deployment with a million users."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.scale.account import Outage
from tests.scale.limits import DEPLOYED, RAISED, Quotas

USERS = 1_000_000
PEAK = 50_000.0  # requests a second
HOUR_S = 3_600
DAY_S = 24 * HOUR_S
STAY_S = 1_200  # how long users stay, on average
TROUGH = 0.3  # the quietest moment of a day, as part of its peak
OUTAGE_S = 600
SERVICES = {"dynamodb": "DynamoDB", "sqs": "SQS", "lambda": "Lambda", "gateway": "The gateway"}
WARM = DEPLOYED.warm_writes, DEPLOYED.warm_reads


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    seconds: int
    rate: Callable[[float], float]  # requests that everybody sends a second, by the second
    sample: int  # users of one part of the sample
    window_s: float  # how far back what the sample asks for is looked at
    bucket_s: int  # of the plots
    users: int = USERS
    gap_s: float = 10  # between two requests of a user who is there
    quotas: Quotas = RAISED
    outages: tuple[Outage, ...] = ()
    is_cold: bool = False  # nothing has ever run in this region
    backlog: int = 0  # of one hot user more
    hot_ms: int = 5  # how long each of its requests takes

    def active_share(self, second: float) -> float:
        """Of all users, those who are there."""
        return min(1.0, self.rate(second) * self.gap_s / self.users)

    def comings_and_goings(self, second: float, step_s: float) -> tuple[float, float]:
        """With which probability a user comes, and goes, between now and the next step."""
        now, then = self.active_share(second), self.active_share(second + step_s)
        goes = max(step_s / STAY_S, 1 - then / now if now else 0.0)
        comes = (then - now * (1 - goes)) / (1 - now) if now < 1 else 0.0
        return max(0.0, min(1.0, comes)), goes


def daily(second: float) -> float:
    """The quietest moment is at 4 o'clock, the peak at 16."""
    wave = (1 - math.cos(2 * math.pi * (second - 4 * HOUR_S) / DAY_S)) / 2
    return PEAK * (TROUGH + (1 - TROUGH) * wave)


def _at_peak(_: float) -> float:
    return PEAK


def _crowd(second: float) -> float:
    """A tenth of the peak, and after ten minutes all of it at once."""
    return PEAK if second >= OUTAGE_S else PEAK / 10


def _base(name: str, title: str, rate: Callable[[float], float] = _at_peak, hours: float = 0.5) -> Scenario:
    seconds = round(hours * HOUR_S)
    return Scenario(name, title, seconds, rate, sample=100, window_s=60, bucket_s=60)


def _outage(service: str) -> Scenario:
    outage = Outage(service, OUTAGE_S, 2 * OUTAGE_S)
    named = _base(f"outage-{service}", f"{SERVICES[service]} does not answer for ten minutes")
    return replace(named, outages=(outage,))


_DAY = Scenario("day", "A day of a million users", DAY_S, daily, sample=150, window_s=900, bucket_s=1_800)
_COLD_QUOTAS = replace(RAISED, warm_writes=WARM[0], warm_reads=WARM[1])

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        _DAY,
        replace(_base("calm", "A quarter of an hour at the peak", hours=0.25), sample=200),
        replace(
            _base("hot", "One user with a million waiting requests, at the peak", hours=0.25),
            sample=200,
            backlog=10**6,
        ),
        _base("flash", "A flash crowd: ten times as many users at once", _crowd),
        replace(
            _base("flash-new", "The same crowd meets tables that have never seen it", _crowd),
            quotas=_COLD_QUOTAS,
        ),
        *map(_outage, SERVICES),
        replace(_base("cold", "A cold region takes over at the peak; its tables are warmed"), is_cold=True),
        replace(
            _base("cold-new", "The same, with tables as they are created"), is_cold=True, quotas=_COLD_QUOTAS
        ),
    )
}
