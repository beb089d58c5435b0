"""Everything that is set up: where it is, and setting it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap import parts, uv
from bootstrap.cache import root
from bootstrap.progress import say, together

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Installation:
    """Where everything is."""

    uv: Path
    tools_python: Path
    localstack_python: Path
    runtime_python: Path  # runs the local Lambda functions
    extension: Path  # goes on LocalStack's PYTHONPATH
    dynamodb: Path  # folder with DynamoDBLocal.jar


def install() -> Installation:
    """Sets up what is missing, then says where everything is. Raises SetupError."""
    installer = uv.find()
    if installer is None or _missing():
        say(f"Setting up Gurukool in {root()} (this is done once).")
        if installer is None:
            together({"uv": uv.ensure})
            installer = uv.ensure()
        _build(installer)
    return Installation(
        uv=installer,
        tools_python=parts.tools().python,
        localstack_python=parts.localstack().python,
        runtime_python=parts.runtime().python,
        extension=parts.extension().path / "site",
        dynamodb=parts.dynamodb().path,
    )


def _missing() -> set[str]:
    entries = {
        "DynamoDB Local": [parts.dynamodb()],
        "LocalStack": [parts.localstack().entry, parts.extension()],
        "tools": [parts.tools().entry],
        "runtime of the functions": [parts.runtime().entry],
    }
    return {name for name, needed in entries.items() if not all(entry.complete() for entry in needed)}


def _build(installer: Path) -> None:
    python = uv.python(installer)

    def localstack() -> None:
        environment = parts.localstack()
        environment.ensure(installer, python)
        parts.ensure_extension(installer, environment.python)

    builders = {
        "DynamoDB Local": lambda: parts.ensure_dynamodb(installer, python),
        "LocalStack": localstack,
        "tools": lambda: parts.tools().ensure(installer, python),
        "runtime of the functions": lambda: parts.runtime().ensure(installer, python),
    }
    together({name: builders[name] for name in _missing()})
