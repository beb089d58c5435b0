"""The synthetic check of the deployed stack passes, and its alarm rings when no worker works."""

import json
from collections.abc import Iterator

import pytest

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.functions.checker import SECONDS
from infra.log_follower import Follower
from local_cloud.waiting import wait_until
from tests.alarm_causes import FIRED_BY_CHECKS
from tests.conftest import DeployedStack
from tests.e2e.alarms import Alarms, Causes
from tests.e2e.sweeping import SCHEDULED
from tests.e2e.test_metrics import Metrics
from tests.e2e.users import SignUp

[FAILING] = FIRED_BY_CHECKS
SHORT_S = 10  # in which no check has passed
LONGEST_S = 60


def check(stack: DeployedStack, seconds: float = 20) -> None:
    """`seconds`: how long the outcome may take."""
    event = {**SCHEDULED, "detail": {SECONDS: seconds}}
    answer = stack.emulator.client("lambda").invoke(
        FunctionName=stack.outputs["CheckerFunction"], Payload=json.dumps(event)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


@pytest.fixture
def alarms(stack: DeployedStack) -> Iterator[Alarms]:
    watched = Alarms(stack)
    yield watched
    watched.delete()


def test_it_passes_and_its_alarm_rings_when_no_worker_works(
    stack: DeployedStack, alarms: Alarms, store: DynamoStore, sign_up: SignUp
) -> None:
    metrics = Metrics(stack)
    check(stack)
    alarms.watch(FAILING)
    assert wait_until(lambda: alarms.in_state("OK") == {FAILING}, LONGEST_S)
    assert metrics.value("ChecksPassed", "Sum")
    assert (metrics.value("CheckMs", "Maximum") or 0) > 0

    with Causes(stack, store, sign_up).no_quick_worker():
        check(stack, seconds=2)
        alarms.watch(FAILING, seconds=SHORT_S)
        assert wait_until(lambda: alarms.in_state("ALARM") == {FAILING}, LONGEST_S)
    assert wait_until(lambda: bool(metrics.value("ChecksFailed", "Sum")), 20)
    assert "was accepted and has no outcome in time" in logged(stack)


def test_later_checks_pass_and_no_line_has_a_password_or_a_token(stack: DeployedStack) -> None:
    secret = stack.emulator.client("secretsmanager").get_secret_value(
        SecretId=stack.outputs["CheckAccountArn"]
    )
    password = json.loads(secret["SecretString"])["password"]
    before = logged(stack).count("took_ms")

    def passes() -> bool:
        """While the request of the last check waits, a check fails."""
        check(stack)
        return logged(stack).count("took_ms") > before

    assert wait_until(passes, LONGEST_S)
    lines = logged(stack)
    assert password not in lines
    assert "Bearer" not in lines
    assert "eyJ" not in lines


def logged(stack: DeployedStack) -> str:
    """All lines of the function."""
    groups = {"checker": f"/aws/lambda/{stack.outputs['CheckerFunction']}"}
    follower = Follower(stack.emulator.client("logs"), groups, since=0)
    return "\n".join(str(line.fields) for line in follower.new_lines())
