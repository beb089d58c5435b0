"""Files and functions stay small enough to be read at once: all Python of the repository, tests included."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

CHECKOUT = Path(__file__).parents[2]
MEDIAN = 80  # lines
LONGEST = 250
LONGEST_FUNCTION = 40  # without its docstring


def texts(folder: str = "") -> dict[str, str]:
    """Each Python file, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    paths = [name for name in listed if name.startswith(folder) and (CHECKOUT / name).exists()]
    return {name: (CHECKOUT / name).read_text() for name in paths}


def lengths(folder: str = "") -> dict[str, int]:
    """The lines of each Python file, by its path."""
    return {name: len(text.splitlines()) for name, text in texts(folder).items()}


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Each function, and its lines: the signature counts, the docstring and decorators do not."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            said = node.body[0] if ast.get_docstring(node) else None
            docstring = (said.end_lineno or 0) - said.lineno + 1 if said else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring


def test_no_file_is_long() -> None:
    assert {name: lines for name, lines in lengths().items() if lines > LONGEST} == {}


def test_no_function_is_long() -> None:
    found = {f"{path}: {name}": n for path, text in texts().items() for name, n in functions(text)}

    assert len(found) > 1_000
    assert {name: lines for name, lines in found.items() if lines > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("folder", ["", "chalicelib/", "gurukool/", "infra/", "localstack/", "examples/"])
def test_most_files_are_short(folder: str) -> None:
    found = lengths(folder)

    assert len(found) > 10
    assert median(found.values()) <= MEDIAN
