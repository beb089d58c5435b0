"""Writes the items file of the release that this checkout is (see __init__.py).

localstack/run -m tests.upgrade.make_items
"""

import json
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.roles import Tables, give
from local_cloud import deployment
from local_cloud.api_client import Api
from local_cloud.emulator import Emulator
from local_cloud.settings import Settings
from tests.free_ports import free_ports
from tests.upgrade.scenario import Scenario

DIRECTORY = Path(__file__).parent
CHECKOUT = Path(__file__).parents[2]
# The queues first: what moves between two scans then looks as if its worker had crashed between two writes.
TABLES = ("Queues", "Requests", "Idempotency", "Accounts", "Sessions", "Audit")
WORKERS = ("WorkerFunction", "SlowWorkerFunction", "LongWorkerFunction")


def make(release: str) -> dict[str, Any]:
    with (
        TemporaryDirectory() as state,
        Emulator(free_ports(), Path(state)) as emulator,
        Api(emulator.api_url) as api,
        ThreadPoolExecutor(1) as threads,
    ):
        stack = deployment.deploy(emulator, Settings(), print)
        dynamodb = emulator.client("dynamodb")
        tables = Tables(stack["AccountsTable"], stack["AuditTable"])
        scenario = Scenario(
            api,
            make_admin=lambda username: print(give(dynamodb, tables, username, "admin")),
            lose_samples=lambda: lose_samples(emulator, stack),
        )
        scenario.play()
        answers = dict(scenario.answers())
        waiting = threads.submit(scenario.call_that_waits)
        while not any("wait_1" in item for item in scan(dynamodb, stack["SessionsTable"])):
            assert not waiting.done()
        items = {name: scan(dynamodb, stack[f"{name}Table"]) for name in TABLES}
        return {
            "release": release,
            "made_at": int(time.time() * 1000),
            "users": scenario.users,
            "answers": answers,
            "items": items,
        }


def lose_samples(emulator: Emulator, stack: dict[str, str]) -> None:
    """As if the workers were of a release without them."""
    client = emulator.client("lambda")
    for function in (stack[output] for output in WORKERS):
        variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        environment = {"Variables": {**variables, "SAMPLE_HANDLERS": "off"}}
        client.update_function_configuration(FunctionName=function, Environment=environment)
        client.get_waiter("function_updated_v2").wait(FunctionName=function)


def scan(dynamodb: Any, table: str) -> list[Any]:
    """All items, with DynamoDB's types, in the order of their keys."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return sorted((item for page in pages for item in page["Items"]), key=str)


def as_text(made: dict[str, Any]) -> str:
    """JSON with a line for each item, so that two releases can be compared by eye."""
    parts = {name: json.dumps(value, sort_keys=True) for name, value in made.items() if name != "items"}
    for name in ("users", "answers"):
        parts[name] = _lines("{", (f'"{key}": {_line(value)}' for key, value in made[name].items()), "}")
    tables = (f'"{name}": {_lines("[", map(_line, items), "]")}' for name, items in made["items"].items())
    parts["items"] = _lines("{", tables, "}")
    return _lines("{", (f'"{name}": {text}' for name, text in parts.items()), "}") + "\n"


def _lines(opening: str, lines: Any, closing: str) -> str:
    return f"{opening}\n" + ",\n".join(lines) + f"\n{closing}"


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def main() -> None:
    release = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["version"]
    path = DIRECTORY / f"items-{release}.json"
    path.write_text(as_text(make(release)))
    print(f"{path.name} has what release {release} stores.")


if __name__ == "__main__":
    main()
