"""The programs of a developer's machine, run against the deployed stack."""

import os
from pathlib import Path

from tests.conftest import DeployedStack

CHECKOUT = Path(__file__).parents[2]


def environment_of(stack: DeployedStack) -> dict[str, str]:
    """With which a program finds the stack."""
    return {
        **os.environ,
        "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'localstack'}",
        "PORT": str(stack.emulator.ports.api),
        "AWS_ENDPOINT_URL": stack.emulator.edge_url,
    }
