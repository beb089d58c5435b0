"""Generators of API clients, from PyPI and from npm, as pinned in this folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from bootstrap import npm
from bootstrap.cache import Entry
from bootstrap.environments import Environment

CLIENTS = Path(__file__).parent
LOCKED = ("package.json", "package-lock.json")
RECIPE = Path(__file__).read_bytes()


@dataclass(frozen=True)
class Generators:
    """Where the generators are, and what runs them."""

    python: Path  # its environment has the generators that are on PyPI, and what their clients need
    node: Path  # some generators need a newer one than many machines have
    modules: Path  # the folder node_modules, with the generators that are on npm


def ensure() -> Generators:
    """Installs what is missing. Raises SetupError."""
    environment = Environment("client-generators", CLIENTS / "requirements.txt")
    environment.install()
    modules = Entry("client-modules", *((CLIENTS / name).read_bytes() for name in LOCKED), RECIPE)
    modules.ensure(_install_modules)
    return Generators(environment.python, npm.node(), modules.path / "node_modules")


def _install_modules(directory: Path) -> None:
    for name in LOCKED:
        shutil.copy(CLIENTS / name, directory / name)
    npm.run("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=directory)
