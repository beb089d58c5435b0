"""A stack of its own on the test's emulator, with the application beside this file."""

from pathlib import Path

import pytest

from infra.apps import folder
from infra.deploy import Options, deploy
from infra.target import local_cloud
from local_cloud.emulator import Emulator
from tests.conftest import api_url_of

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
    return api_url_of(emulator, STACK)


@pytest.fixture(scope="session")
def counting_workers(counting_stack: dict[str, str]) -> set[str]:
    """The names of the worker functions."""
    return {counting_stack[f"{lane}WorkerFunction"] for lane in ("", "Slow", "Long")}


@pytest.fixture(scope="session")
def counted_table(counting_stack: dict[str, str]) -> str:
    """What the handler's table is called."""
    return counting_stack["AppCountedName"]
