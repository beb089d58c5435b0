"""uv, the installer: the release that uv.txt pins, in the cache."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from bootstrap import commands, debian, homes
from bootstrap.cache import CHECKOUT, Entry

if TYPE_CHECKING:
    from pathlib import Path

REQUIREMENT = CHECKOUT / "localstack" / "uv.txt"
NO_PIP = (
    "Gurukool needs pip to set itself up. Install it (on Debian: apt-get install python3-pip) and try again."
)
# uv is to trust the machine's certificates, as pip does, and not only those that it was built with.
ENVIRONMENT = {"UV_SYSTEM_CERTS": "1"}


def run(*arguments: str | Path) -> str:
    """What uv printed, run in the checkout. Raises SetupError."""
    return commands.run(ensure(), *arguments, cwd=CHECKOUT, environment={**ENVIRONMENT, **homes.of_uv()})


def ensure() -> Path:
    """The program, installed if it is missing. Raises SetupError."""
    entry = Entry("uv", REQUIREMENT.read_bytes())
    entry.ensure(_install)
    return entry.path / "bin" / "uv"


def _install(directory: Path) -> None:
    options = "--quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes"
    commands.run(
        *(_python_with_pip(directory), "-m", "pip", "install", *options.split()),
        *("--target", directory, "-r", REQUIREMENT),
        environment={"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"},
    )


def _python_with_pip(directory: Path) -> str:
    if importlib.util.find_spec("pip"):
        return sys.executable
    if not importlib.util.find_spec("ensurepip"):
        debian.install("python3-venv", otherwise=NO_PIP)
    commands.run(sys.executable, "-m", "venv", directory / "pip")
    return str(directory / "pip" / "bin" / "python")
