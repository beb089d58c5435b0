"""The synthetic check of the deployed stack. test_operations.py has it fail, and its alarm ring."""

import json

from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.checking import check, logged
from tests.e2e.test_metrics import Metrics

PASSED = "check passed"
LONGEST_S = 60


def test_a_check_passes_and_is_measured_and_no_line_has_a_password_or_a_token(stack: DeployedStack) -> None:
    secret = stack.emulator.client("secretsmanager").get_secret_value(
        SecretId=stack.outputs["CheckAccountArn"]
    )
    before, metrics = logged(stack).count(PASSED), Metrics(stack)

    def passes() -> bool:
        """The first one may find the request of one that has failed, which is about to run."""
        check(stack)
        return wait_until(lambda: logged(stack).count(PASSED) > before, 1)

    assert wait_until(passes, LONGEST_S)
    lines = logged(stack)
    assert json.loads(secret["SecretString"])["password"] not in lines
    assert "Bearer" not in lines
    assert "eyJ" not in lines
    assert wait_until(lambda: (metrics.value("CheckMs", "Maximum") or 0) > 0, 20)
    assert metrics.value("ChecksPassed", "Sum")
