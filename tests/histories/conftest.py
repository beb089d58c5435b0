"""A stack of its own on the test's emulator, with the application beside this file."""

from pathlib import Path

import pytest

from infra.apps import folder
from infra.deploy import Options, deploy
from infra.target import local_cloud
from local_cloud.emulator import Emulator

STACK = "histories"
APPLICATION = Path(__file__).with_name("application")


@pytest.fixture(scope="session")
def counting_stack(emulator: Emulator) -> dict[str, str]:
    """The outputs of the stack."""
    target = local_cloud(emulator.edge_url, STACK)
    return deploy(target, {}, print, Options(app=folder.read(APPLICATION)))


@pytest.fixture(scope="session")
def counting_api(emulator: Emulator, counting_stack: dict[str, str]) -> str:
    """The address of the API."""
    [api] = [a for a in emulator.client("apigateway").get_rest_apis()["items"] if a["name"] == STACK]
    return f"{emulator.edge_url}/_aws/execute-api/{api['id']}/live"


@pytest.fixture(scope="session")
def counting_workers(counting_stack: dict[str, str]) -> set[str]:
    """The names of the worker functions."""
    return {counting_stack[f"{lane}WorkerFunction"] for lane in ("", "Slow", "Long")}


@pytest.fixture(scope="session")
def counted_table(counting_stack: dict[str, str]) -> str:
    """What the handler's table is called."""
    return counting_stack["AppCountedName"]
