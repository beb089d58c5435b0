"""Everything that a command needs: where it is, and setting it up."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from bootstrap import class_archive, npm, uv
from bootstrap.cache import CHECKOUT, Entry, root
from bootstrap.commands import run, say
from bootstrap.environments import Environment

LOCALSTACK = CHECKOUT / "localstack"
EXTENSION = LOCALSTACK / "extension"
DYNAMODB = json.loads((EXTENSION / "gurukool_localstack" / "dynamodb_package.json").read_text())
DYNAMODB_FOLDER = Path("package", "emulator")  # in that package
SERVICE_INDEX = "usr/lib/localstack"  # where LocalStack looks for it, below FILESYSTEM_ROOT
SOURCES = (".py", ".xml", ".json", ".toml", ".in", ".md")
RECIPE = Path(__file__).read_bytes()


@dataclass(frozen=True)
class Installation:
    """Where everything is."""

    tools_python: Path
    localstack_python: Path
    runtime_python: Path  # runs the local Lambda functions
    extension: Path  # goes on LocalStack's PYTHONPATH
    service_index: Path  # folder with LocalStack's index of all services and operations of AWS
    dynamodb: Path  # folder with DynamoDBLocal.jar
    dynamodb_classes: Path | None  # folder with an archive of its classes, for a quicker start


def install() -> Installation:
    """Sets up what is missing, then says where everything is. Raises SetupError."""
    tools = Environment("tools", CHECKOUT / "requirements-dev.txt")
    localstack = Environment("localstack", EXTENSION / "pins.txt")
    runtime = Environment("runtime", LOCALSTACK / "runtime.txt")
    extension = Entry("extension", *_extension_sources(), localstack.path.name.encode(), RECIPE)
    index = Entry("service-index", localstack.path.name.encode(), RECIPE)
    dynamodb = Entry("dynamodb", DYNAMODB["package"].encode(), DYNAMODB["sha512"].encode())
    classes = class_archive.entry(localstack, dynamodb)
    site, jar = extension.path / "site", dynamodb.path / DYNAMODB_FOLDER

    build_extension = _with(localstack, extension, _build_extension)

    def build_classes() -> None:
        build_extension()
        dynamodb.ensure(_fetch_dynamodb)
        classes.ensure(lambda directory: class_archive.build(localstack.python, site, jar, directory))

    parts: list[tuple[str, Entry, Callable[[], None]]] = [
        ("LocalStack", localstack, localstack.install),
        ("the extension of LocalStack", extension, build_extension),
        ("its index of AWS's services", index, _with(localstack, index, _build_service_index)),
        ("DynamoDB Local", dynamodb, lambda: dynamodb.ensure(_fetch_dynamodb)),
        ("an archive of its classes", classes, build_classes),
        ("the tools", tools, tools.install),
        ("the functions' runtime", runtime, runtime.install),
    ]
    _set_up({name: ensure for name, entry, ensure in parts if not entry.complete()})
    return Installation(
        tools.python,
        localstack.python,
        runtime.python,
        site,
        index.path / SERVICE_INDEX,
        jar,
        classes.path,
    )


def _with(
    localstack: Environment, entry: Entry, build: Callable[[Environment, Path], None]
) -> Callable[[], None]:
    """Sets up an entry that is built with LocalStack."""

    def ensure() -> None:
        localstack.install()
        entry.ensure(lambda directory: build(localstack, directory))

    return ensure


def _set_up(missing: dict[str, Callable[[], None]]) -> None:
    """Builds what is missing, all of it at the same time."""
    if not missing:
        return
    say(f"Setting up {', '.join(missing)} in {root()}. This is done once and may take minutes.")
    started = time.monotonic()
    uv.ensure()
    with ThreadPoolExecutor(len(missing)) as pool:
        names = {pool.submit(ensure): name for name, ensure in missing.items()}
        for ended in as_completed(names):
            ended.result()
            say(f"  {time.monotonic() - started:5.1f} s  ready: {names[ended]}")


def _extension_sources() -> list[bytes]:
    code = EXTENSION / "gurukool_localstack"
    files = sorted(
        path for place in (EXTENSION.glob("*"), code.rglob("*")) for path in place if path.suffix in SOURCES
    )
    return [path.name.encode() + path.read_bytes() for path in files]


def _build_extension(localstack: Environment, directory: Path) -> None:
    # From a copy, since setuptools writes beside what it builds; with LocalStack's own setuptools, offline.
    generated = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(EXTENSION, directory / "source", ignore=generated)
    uv.run(
        *("pip", "install", "--no-deps", "--no-build-isolation", "--python", localstack.python),
        *("--target", directory / "site", directory / "source"),
    )


def _build_service_index(localstack: Environment, directory: Path) -> None:
    """As LocalStack's own image does. Without it, every start reads the models of all services, for 3 s."""
    (directory / SERVICE_INDEX).mkdir(parents=True)
    variables = {"FILESYSTEM_ROOT": str(directory), "OVERRIDE_IN_DOCKER": "0", "PYTHONPATH": ""}
    run(localstack.python, "-P", "-m", "localstack.aws.spec", environment=variables)


def _fetch_dynamodb(directory: Path) -> None:
    npm.unpack(DYNAMODB["package"], DYNAMODB["sha512"], directory)
