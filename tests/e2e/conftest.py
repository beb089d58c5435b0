"""Clients of the deployed stack. Each test makes its own users, so none sees what another one left."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from local_cloud.api_client import Api
from tests.conftest import DeployedStack
from tests.e2e import users
from tests.e2e.crash import kill_worker_of
from tests.e2e.programs import CHECKOUT, environment_of
from tests.e2e.users import CrashedUsers, SignUp, User


@pytest.fixture(scope="session")
def api(stack: DeployedStack) -> Iterator[Api]:
    with Api(stack.api_url) as client:
        yield client


@pytest.fixture(scope="session")
def sign_up(api: Api) -> SignUp:
    return partial(users.sign_up, api)


@pytest.fixture(scope="session")
def demo(stack: DeployedStack) -> subprocess.CompletedProcess[str]:
    """`make demo`, which is over."""
    return subprocess.run(
        [sys.executable, "-m", "local_cloud.demo"],
        cwd=CHECKOUT,
        env=environment_of(stack),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def user(sign_up: SignUp) -> User:
    return sign_up()


@pytest.fixture
def another(sign_up: SignUp) -> User:
    return sign_up()


@pytest.fixture(scope="session")
def crashed(stack: DeployedStack, sign_up: SignUp) -> CrashedUsers:
    """One crash for all tests of it: those that need not wait for its end come first, the others last."""
    victim, bystander = sign_up(), sign_up()
    bystander.session.enqueue("sleep", {"seconds": 5})
    victim.session.enqueue("sleep", {"seconds": 15})  # far longer than it takes to find its worker
    kill_worker_of(stack, victim)  # a `sleep` is for a slow one; before anything else that takes time
    for number in range(3):
        victim.session.enqueue("echo", {"number": number})
    return CrashedUsers(victim, bystander)
