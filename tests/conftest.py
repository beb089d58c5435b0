"""The local cloud for the tests: an emulator and a stack of their own, beside any that is running."""

import asyncio
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore import loaders, session
from botocore.loaders import JSONFileLoader
from moto.core.serialize import ResponseSerializer

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.adapters.runtime import heartbeat, time_limit
from infra.target import LOCAL_REGION
from local_cloud import deployment
from local_cloud.emulator import Emulator
from local_cloud.settings import VARIABLES, Settings
from tests.free_ports import free_ports


@dataclass(frozen=True)
class DeployedStack:
    emulator: Emulator
    api_url: str  # http://localhost:PORT, without a slash at the end
    outputs: dict[str, str]  # of the CloudFormation stack: names of tables and functions, addresses of queues


def api_url_of(emulator: Emulator, stack: str) -> str:
    """The address of the API of a stack that has no port of its own, without a slash at the end."""
    apis = emulator.client("apigateway").get_rest_apis()["items"]
    [api_id] = [api["id"] for api in apis if api["name"] == stack]
    return f"{emulator.edge_url}/_aws/execute-api/{api_id}/live"


ATTRIBUTE_TYPES = frozenset(("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"))  # of DynamoDB


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.scheduling import SharedStacks

    return SharedStacks(config, log)


@pytest.fixture(scope="session", autouse=True)
def environment() -> Iterator[None]:
    """No test sees what the developer has set for AWS or for a stack."""
    with pytest.MonkeyPatch.context() as patch:
        chosen = {name for name in os.environ if name.startswith("AWS_")} | VARIABLES.keys()
        for name in chosen:
            patch.delenv(name, raising=False)
        patch.setenv("SAMPLE_HANDLERS", "on")  # as in the local cloud: the tests work with them
        yield


@pytest.fixture(scope="session", autouse=True)
def service_models_read_once() -> Iterator[None]:
    """Each session of botocore would read the models of its services anew: longer than most tests take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", staticmethod(functools.cache(JSONFileLoader().load_file)))
        patch.setattr(session, "create_loader", functools.cache(loaders.create_loader))
        yield


@pytest.fixture(scope="session", autouse=True)
def attribute_values_written_as_they_are() -> Iterator[None]:
    """moto looks for each type of an attribute value under nine other names: a fifth of the time it takes."""
    stock = ResponseSerializer.get_value

    def get_value(serializer: Any, value: Any, key: str, shape: Any) -> Any:
        if key in ATTRIBUTE_TYPES and type(value) is dict:
            return value.get(key)
        return stock(serializer, value, key, shape)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResponseSerializer, "get_value", get_value)
        yield


@pytest.fixture(scope="session", autouse=True)
def late_last_resort() -> Iterator[None]:
    """A handler that overruns in this process on a busy machine must not end the process, and all its tests.

    How that works is tested in processes of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (time_limit, heartbeat):
            patch.setattr(module, "LAST_RESORT_S", 60.0)
        yield


@pytest.fixture(autouse=True)
def short_execution_environment() -> Iterator[None]:
    """Each application adds Chalice's name to this variable. AWS's clients send it: hundreds are refused."""
    yield
    os.environ.pop("AWS_EXECUTION_ENV", None)


@pytest.fixture(autouse=True)
def no_running_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """As in a worker: handlers that wait run a loop of their own.

    Playwright keeps one running in this thread once a test has used it, and such tests need that.
    """
    running = None if "browser" in request.fixturenames else asyncio._get_running_loop()
    if running is None:
        yield
        return
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.fixture(scope="session")
def emulator(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """LocalStack on free ports. If it does not start, the tests that need it fail, here and in CI."""
    with Emulator(free_ports(), tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture(scope="session")
def stack(emulator: Emulator) -> DeployedStack:
    """The application, deployed to the emulator with metrics of types, and else with the default settings.

    There is a synthetic check too, which is made only when a test makes it.
    """
    chosen = {"METRICS": "types", "SYNTHETIC_CHECK": "rate(5 minutes)"}
    outputs = deployment.deploy(emulator, Settings(choices=chosen), print)
    events = emulator.client("events")
    checker = emulator.client("lambda").get_function(FunctionName=outputs["CheckerFunction"])
    arn = checker["Configuration"]["FunctionArn"]
    for name in events.list_rule_names_by_target(TargetArn=arn)["RuleNames"]:
        events.disable_rule(Name=name)
    return DeployedStack(emulator, emulator.api_url, outputs)


@pytest.fixture
def store(stack: DeployedStack, monkeypatch: pytest.MonkeyPatch) -> DynamoStore:
    """The store of the deployed stack, for what no call of its API does."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    names = TableNames(queues=stack.outputs["QueuesTable"], requests=stack.outputs["RequestsTable"])
    return DynamoStore(Tables(names, LOCAL_REGION, stack.emulator.dynamodb_url), limit=10)
