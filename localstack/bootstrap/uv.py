"""uv, the installer, and through it Python 3.13."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from bootstrap import debian
from bootstrap.cache import CHECKOUT, Entry
from bootstrap.commands import run
from bootstrap.errors import SetupError
from bootstrap.progress import say

REQUIREMENT = CHECKOUT / "localstack" / "uv.txt"
OLDEST = (0, 8)
NO_PIP = (
    "Gurukool is installed by uv, and neither uv nor pip is here to fetch it. Install one of them "
    "(on Debian: apt-get install python3-pip) and try again."
)
NO_PYTHON = (
    "Gurukool needs Python 3.13, found none, and could not fetch one. Install it (with pyenv: "
    "pyenv install 3.13), or let this machine reach the internet, and try again. uv says:"
)
# uv trusts the machine's certificates, as pip does, and not only those it was built with. Older releases know
# the second name only; newer ones do not mind it if they have the first.
ENVIRONMENT = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}


def private() -> Entry:
    return Entry("uv", REQUIREMENT.read_bytes())


def find() -> Path | None:
    """A uv that is new enough: our own, or the one on PATH."""
    own = private()
    if own.complete():
        return own.path / "bin" / "uv"
    found = shutil.which("uv")
    return Path(found) if found and _version(found) >= OLDEST else None


def ensure() -> Path:
    found = find()
    if found:
        return found
    own = private()
    own.ensure(_install)
    return own.path / "bin" / "uv"


def python(uv: Path) -> str:
    """A Python 3.13 of this machine, or else one that uv fetches."""
    find_it = (uv, "python", "find", "--system", "--no-python-downloads", "3.13")
    with suppress(SetupError):  # there is none yet
        # In the checkout, so that .python-version makes pyenv's shims name theirs.
        return run(*find_it, cwd=CHECKOUT).strip()
    say("Fetching Python 3.13, which this machine has not.")
    try:
        run(uv, "python", "install", "3.13", environment=ENVIRONMENT)
        return run(*find_it, cwd=CHECKOUT).strip()
    except SetupError as error:
        raise SetupError(f"{NO_PYTHON}\n{error}") from error


def _version(uv: str) -> tuple[int, ...]:
    answer = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)
    numbers = re.match(r"uv (\d+)\.(\d+)", answer.stdout)
    return tuple(int(number) for number in numbers.groups()) if numbers else (0,)


def _install(directory: Path, lock: int) -> None:
    options = "--quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes"
    run(
        *(_python_with_pip(directory, lock), "-m", "pip", "install", *options.split()),
        *("--target", directory, "-r", REQUIREMENT),
        environment={"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"},
        lock=lock,
    )


def _python_with_pip(directory: Path, lock: int) -> str:
    if importlib.util.find_spec("pip"):
        return sys.executable
    if not importlib.util.find_spec("ensurepip"):
        debian.install("python3-venv", otherwise=NO_PIP)
    run(sys.executable, "-m", "venv", directory / "pip", lock=lock)
    return str(directory / "pip" / "bin" / "python")
