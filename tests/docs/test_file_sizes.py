"""Files stay small enough to be read at once: all Python files of the repository, tests included."""

import subprocess
from pathlib import Path
from statistics import median

import pytest

CHECKOUT = Path(__file__).parents[2]
MEDIAN = 80  # lines
LONGEST = 250


def lengths(folder: str = "") -> dict[str, int]:
    """The lines of each Python file, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    paths = [name for name in listed if name.startswith(folder) and (CHECKOUT / name).exists()]
    return {name: len((CHECKOUT / name).read_text().splitlines()) for name in paths}


def test_no_file_is_long() -> None:
    assert {name: lines for name, lines in lengths().items() if lines > LONGEST} == {}


@pytest.mark.parametrize("folder", ["", "chalicelib/", "gurukool/", "infra/", "localstack/", "examples/"])
def test_most_files_are_short(folder: str) -> None:
    found = lengths(folder)

    assert len(found) > 10
    assert median(found.values()) <= MEDIAN
