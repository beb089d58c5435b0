"""Small scenarios: the load of everybody reaches the sample, and a seed is always the same run."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest

from chalicelib.core.queueing.lane import Lane
from tests.scale.account import Account, Demand, Outage, Refused
from tests.scale.calibration import usual_request
from tests.scale.delays import percentile
from tests.scale.limits import LOOK_AHEAD, RAISED
from tests.scale.results import summary
from tests.scale.scenarios import DAY_S, PEAK, SCENARIOS, Scenario, daily
from tests.scale.simulate import HOT_USER, Part, Simulation

SERVED_MEANWHILE = 5_000  # more messages than one worker can serve in ten seconds
SMALL = replace(SCENARIOS["calm"], seconds=60, sample=60)


@pytest.fixture(scope="module")
def usual() -> Mapping[str, float]:
    return usual_request("tests", users=60)


@pytest.fixture(scope="module")
def calm(usual: Mapping[str, float]) -> Part:
    return run(SMALL, usual)


def run(scenario: Scenario, usual: Mapping[str, float], seed: str = "1") -> Part:
    return Simulation(scenario, seed, usual).run()


def p(part: Part, percent: float) -> float:
    return percentile([delay for _, delay in part.delays], percent)


def test_a_seed_is_always_the_same_run(usual: Mapping[str, float], calm: Part) -> None:
    again = run(SMALL, usual)

    assert (again.delays, again.counts) == (calm.delays, calm.counts)
    assert run(SMALL, usual, "2").delays != calm.delays


def test_requests_run_through_the_core_and_keep_every_promise(calm: Part) -> None:
    assert calm.counts["requests"] > 100
    assert calm.outcomes >= calm.counts["requests"] - calm.counts["requests given up"]
    assert calm.checks > 5 * calm.outcomes
    assert 20 < p(calm, 50) < 100


def test_another_sample_of_another_size_shows_the_same_delays(usual: Mapping[str, float], calm: Part) -> None:
    larger = run(replace(SMALL, sample=120), usual, "another")

    assert p(larger, 50) == pytest.approx(p(calm, 50), rel=0.1)


def test_workers_that_are_too_few_for_everybody_delay_the_sample(
    usual: Mapping[str, float], calm: Part
) -> None:
    few = run(replace(SMALL, quotas=replace(RAISED, maximum_concurrency=4_000)), usual)

    assert p(few, 50) > 5 * p(calm, 50)
    assert "quick workers" in [reached.limit.name for reached in few.reached if reached.since is not None]


def test_nothing_is_lost_in_an_outage(usual: Mapping[str, float]) -> None:
    outage = replace(SMALL, seconds=90, outages=(Outage("dynamodb", 20, 40),))

    part = run(outage, usual)

    assert part.counts["calls answered 503"] > 0
    assert part.outcomes > 0, "and the promises were checked at the end"


def test_a_message_for_each_of_a_million_requests_would_hide_other_users(usual: Mapping[str, float]) -> None:
    """The core sends one for the whole backlog. Otherwise a hot user would fill what SQS looks at."""
    simulation = Simulation(SMALL, "1", usual)
    fifo = simulation.world.lanes[Lane.QUICK].fifo
    for number in range(int(LOOK_AHEAD.value) + SERVED_MEANWHILE):
        fifo.send(HOT_USER, '{"user": "f", "seq": 1}', str(number))

    simulation.world.lanes[Lane.QUICK].poll()
    simulation._clients.start()
    simulation.world.scheduler.run_until(simulation.world.scheduler.now + 10_000)

    assert simulation.meter.counts["SendMessage"] > 0
    assert simulation.world.delays.measured == [], "nobody else has been served"


def test_others_hardly_notice_a_user_with_a_long_backlog(usual: Mapping[str, float], calm: Part) -> None:
    hot = run(replace(SMALL, backlog=100_000, seconds=30), usual)

    assert hot.hot_outcomes > 500
    assert p(hot, 50) == pytest.approx(p(calm, 50), rel=0.1)


def test_an_account_refuses_in_proportion_to_what_everybody_asks_for() -> None:
    account = Account(replace(RAISED, gateway_calls=1_000, gateway_burst=0), Random(1))
    for second in range(10):
        account.step(second, Demand(1_000, {"api calls": 2.0, "api invocations": 2.0, "api ms": 20.0}))

    refused = sum(account.refuses_call() is Refused.THROTTLED for _ in range(10_000))

    assert refused == pytest.approx(5_000, rel=0.05)


def test_writes_of_the_index_beyond_its_partitions_hold_writes_of_the_table_back() -> None:
    account = Account(replace(RAISED, shards=8), Random(1))
    account.step(0, Demand(16_000, {"index writes": 1.0}))

    marking = [account.refuses_item("QueuesTable", "writes", "", indexed=True) for _ in range(1_000)]
    others = [account.refuses_item("QueuesTable", "writes", "", indexed=False) for _ in range(1_000)]

    assert marking.count(Refused.THROTTLED) == pytest.approx(500, rel=0.15)
    assert others.count(Refused.NO) == 1_000


def test_the_day_has_its_peak_once() -> None:
    rates = [daily(second) for second in range(0, DAY_S, 600)]

    assert max(rates) == PEAK
    assert min(rates) == pytest.approx(0.3 * PEAK)


def test_a_summary_has_what_the_page_shows(calm: Part) -> None:
    result = summary(SMALL, 1, [calm, calm])

    assert result["requests"] == 2 * calm.counts["requests"]
    assert result["parts"][0] == result["parts"][1]
    assert result["delays"]["50.0"] == p(calm, 50)
    assert sum(result["dollars"].values()) > 10
