"""What an account allows, and names that AWS takes: looked at before anything is changed."""

import pytest

from infra import account, template
from infra.artefacts import LONGEST_NAME, bucket_name
from infra.errors import DeployError
from infra.parameters import resolve

DECLARED = template.load()["Parameters"]
NEW, USUAL = 10, 1000  # what an account may run at a time, at first and later


def check(limit: int, **given: str) -> list[str]:
    told: list[str] = []
    account.check_concurrency(limit, resolve(DECLARED, {}, given), told.append)
    return told


def test_the_usual_account_takes_the_defaults() -> None:
    assert check(USUAL) == []


def test_workers_may_not_take_all_that_a_new_account_has() -> None:
    with pytest.raises(DeployError, match=r"at most 10 functions .* none for the API.*MaximumConcurrency"):
        check(NEW)


def test_workers_that_leave_little_are_told_of() -> None:
    few = dict.fromkeys(account.WORKERS, "4") | {"WaitConcurrency": "4"}
    taken = 4 * len(account.WORKERS)
    assert check(2 * taken, **few) == []
    assert check(2 * taken - 1, **few)[0].startswith(f"Note: The account runs at most {2 * taken - 1} ")


@pytest.mark.parametrize(("limit", "claimed"), [(10, 7), (1000, 700), (1001, 700)])
def test_an_alarm_rings_when_70_per_cent_are_claimed(limit: int, claimed: int) -> None:
    assert account.alarming(limit) == claimed


@pytest.mark.parametrize(("given", "left"), [({}, 800), ({"ApiConcurrency": "300"}, 300)])
def test_waiting_calls_that_leave_little_to_others_are_told_of(given: dict[str, str], left: int) -> None:
    assert check(USUAL, WaitConcurrency=str(left // 2), **given) == []
    [said] = check(USUAL, WaitConcurrency=str(left // 2 + 1), **given)
    assert said.startswith(f"Note: {left // 2 + 1} calls may wait at a time, and at most {left} calls")


def test_more_cannot_be_reserved_than_lambda_gives() -> None:
    with pytest.raises(DeployError, match="at most 0 can be reserved"):
        check(NEW, SweeperConcurrency="1", **dict.fromkeys(account.WORKERS, "2"))
    assert (
        check(
            USUAL, WaitConcurrency="9", ApiConcurrency="500", WorkerConcurrency="100", SweeperConcurrency="1"
        )
        == []
    )


@pytest.mark.parametrize("lane", ["", "Slow", "Long"])
def test_a_worker_may_not_be_started_more_often_than_it_may_run(lane: str) -> None:
    reserving, most = f"{lane}WorkerConcurrency", f"{lane}MaximumConcurrency"
    with pytest.raises(DeployError, match=f"^{reserving} must be 0, or at least {most}"):
        check(USUAL, **{reserving: "99", most: "100"})
    assert check(USUAL, **{reserving: "100", most: "100"}, WaitConcurrency="9") == []


def test_each_poller_serves_ten_users() -> None:
    pollers = {"MinimumPollers": "2", "MaximumPollers": "70", "WaitConcurrency": "9"}
    with pytest.raises(
        DeployError, match=r"WorkerConcurrency must be 0, or at least 10 \* MaximumPollers \(700"
    ):
        check(USUAL, WorkerConcurrency="699", **pollers)
    assert check(USUAL, **pollers, ApiConcurrency="100") == []
    with pytest.raises(DeployError, match="may take 1000 of them, which leaves none"):
        check(USUAL, **pollers | {"MaximumPollers": "90"})


@pytest.mark.parametrize("lane", ["", "Slow", "Long"])
def test_the_workers_of_every_lane_count(lane: str) -> None:
    few = dict.fromkeys(account.WORKERS, "2")
    with pytest.raises(DeployError, match="none for the API"):
        check(NEW, **few | {f"{lane}MaximumConcurrency": "6"})
    assert check(NEW, ApiConcurrency="0", **few)[0].startswith("Note: ")


@pytest.mark.parametrize("stack", ["gurukool", "a" * 25, "a" * 26, "A-very-long-name-of-a-stack" * 4])
def test_the_name_of_the_bucket_fits(stack: str) -> None:
    name = bucket_name(stack, "artefacts-123456789012-ap-southeast-1")
    assert len(name) <= LONGEST_NAME
    assert name == name.lower()
    assert name.endswith("-artefacts-123456789012-ap-southeast-1")


def test_long_names_that_begin_alike_have_buckets_of_their_own() -> None:
    names = {bucket_name("a" * 40 + end, "artefacts-123456789012-eu-central-1") for end in "xy"}
    assert len(names) == 2
