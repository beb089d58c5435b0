"""The core imports nothing foreign."""

import ast
import sys
from pathlib import Path

import pytest

import chalicelib.core

FILES = sorted(Path(chalicelib.core.__path__[0]).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_imports_itself_and_the_standard_library(path: Path) -> None:
    foreign = {name for name in imported(path) if not is_allowed(name)}

    assert not foreign


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return froms | names


def is_allowed(name: str) -> bool:
    return name.startswith("chalicelib.core.") or name.partition(".")[0] in sys.stdlib_module_names
