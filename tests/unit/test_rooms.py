"""Which rooms of chalicelib may import which others, and what each takes from outside: the house as drawn."""

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import chalicelib

ROOT = Path(chalicelib.__path__[0])
INSIDE = ("core", "adapters")  # their packages are rooms of their own

CORE, QUEUEING, IDENTITY = "core", "core.queueing", "core.identity"
# Each row has all that its room imports, so that the table can be read as a picture.
# Whoever adds an arrow says why, unless the tree says it.
MAY_IMPORT: Mapping[str, set[str]] = {
    "core": set(),  # the modules that lie in core itself: errors, time, polling, log_events
    "core.queueing": {CORE},
    "core.identity": {CORE, QUEUEING},
    "adapters": set(),
    "adapters.json": {CORE},
    "adapters.security": {CORE, QUEUEING, IDENTITY},
    "adapters.oidc": {CORE, QUEUEING, IDENTITY, "webhooks"},  # calls the provider as safely as a receiver
    "adapters.aws": set(),  # how DynamoDB and SQS are called, whatever for
    "adapters.dynamodb": {CORE, QUEUEING, IDENTITY, "adapters.aws"},
    "adapters.cloudwatch": {CORE, IDENTITY},
    "adapters.gateway": set(),
    "adapters.sqs": {CORE, QUEUEING, "adapters.aws"},
    "adapters.s3": {CORE, QUEUEING, "adapters.aws"},
    "adapters.memory": {CORE, QUEUEING, "adapters.sqs"},  # encodes wake-ups as SQS has them
    # Handlers get the effects of DynamoDB.
    "adapters.runtime": {CORE, QUEUEING, "adapters.dynamodb", "adapters.json"},
    "webhooks": {CORE, QUEUEING, "adapters.security"},
    # Describes the types of payloads and results for the OpenAPI document; reads rates in application.toml.
    "handlers": {CORE, QUEUEING, "web"},
    "settings": {CORE, "webhooks"},  # reads rates, and which hosts are allowed
    "version": set(),
    "container": {
        *(CORE, QUEUEING, IDENTITY, "adapters.dynamodb", "adapters.sqs", "adapters.security"),
        *("adapters.cloudwatch", "adapters.oidc", "adapters.runtime", "adapters.s3"),
        *("handlers", "settings", "webhooks"),
    },
    "web": {CORE, "adapters.json", "adapters.runtime"},  # nothing of queues, users or what is deployed
    "api": {
        *(CORE, QUEUEING, IDENTITY, "adapters.json", "adapters.runtime", "container", "web"),
        *("handlers", "version"),
    },
    # What is pushed of an outcome is what the API answers. One of our handlers is there for the checker.
    "functions": {
        *(CORE, QUEUEING, "adapters.gateway", "adapters.runtime", "adapters.sqs"),
        *("api", "container", "handlers"),
    },
}
# What comes from neither us nor the standard library. The core has no row.
USES: Mapping[str, set[str]] = {
    "adapters.json": {"msgspec"},
    "adapters.security": {"argon2", "botocore", "jwt"},
    "adapters.oidc": {"cryptography", "jwt"},
    "adapters.aws": {"botocore", "msgspec"},
    "adapters.dynamodb": {"botocore", "pynamodb"},
    "adapters.cloudwatch": {"botocore"},
    "adapters.gateway": {"urllib3"},
    "adapters.sqs": {"botocore"},
    "adapters.s3": {"botocore"},
    "adapters.runtime": {"aws_xray_sdk", "msgspec"},
    "webhooks": {"msgspec", "urllib3"},
    "handlers": {"msgspec"},
    "web": {"chalice", "msgspec"},
    "api": {"chalice", "msgspec"},
    "functions": {"chalice"},
}


def room_of(module: str) -> str:
    """'core.queueing' of 'chalicelib.core.queueing.drain', and 'core' of 'chalicelib.core.errors'."""
    _, *parts = module.split(".")
    if parts and parts[0] in INSIDE and (ROOT / Path(*parts[:2])).is_dir():
        return ".".join(parts[:2])
    return parts[0] if parts else ""


def imported(path: Path) -> Iterator[str]:
    """Modules, and what is imported from them, which may be modules: wherever the statement stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path.name} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(room: str) -> list[Path]:
    return [file for file in sorted(ROOT.rglob("*.py")) if room_of(name_of(file)) == room]


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def arrows_of(room: str) -> set[str]:
    modules = {module for file in files_of(room) for module in imported(file)}
    return {room_of(module) for module in modules if module.startswith("chalicelib.")} - {room}


def foreign_to(room: str) -> set[str]:
    packages = {module.partition(".")[0] for file in files_of(room) for module in imported(file)}
    return packages - sys.stdlib_module_names - {"chalicelib"}


def test_every_file_is_in_a_room() -> None:
    assert {room_of(name_of(file)) for file in ROOT.rglob("*.py")} - {""} == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_what_is_drawn_and_the_picture_has_no_other_arrow(room: str) -> None:
    assert arrows_of(room) == MAY_IMPORT[room]


def test_the_arrows_point_one_way() -> None:
    TopologicalSorter(MAY_IMPORT).prepare()  # raises CycleError


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_uses_the_libraries_that_it_is_for(room: str) -> None:
    assert foreign_to(room) == USES.get(room, set())


def test_the_core_needs_nothing_but_the_standard_library() -> None:
    assert not any(room.startswith(CORE) for room in USES)
