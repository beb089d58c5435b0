"""The synthetic check, made by hand."""

import json

from chalicelib.functions.checker import SECONDS
from infra.log_follower import Follower
from tests.conftest import DeployedStack
from tests.e2e.sweeping import SCHEDULED


def check(stack: DeployedStack, seconds: float = 20) -> None:
    """`seconds`: how long the outcome may take."""
    event = {**SCHEDULED, "detail": {SECONDS: seconds}}
    answer = stack.emulator.client("lambda").invoke(
        FunctionName=stack.outputs["CheckerFunction"], Payload=json.dumps(event)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def logged(stack: DeployedStack) -> str:
    """All lines of the function."""
    groups = {"checker": f"/aws/lambda/{stack.outputs['CheckerFunction']}"}
    follower = Follower(stack.emulator.client("logs"), groups, since=0)
    return "\n".join(f"{line.event} {line.fields}" for line in follower.new_lines())
