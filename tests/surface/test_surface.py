"""What applications import stays as released; what is new is announced; and none of it slows a cold start."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.surface.surface import is_kept, present, released

CHECKOUT = Path(__file__).parents[2]
IMPORT = re.compile(r"^ *(?:from|import) gurukool\b", re.MULTILINE)
HEAVY = ("pynamodb", "botocore", "msgspec", "chalice", "urllib3", "asyncio", "ssl")


def test_every_released_name_is_there_and_can_be_used_as_before() -> None:
    now = present()
    broken = [name for name, before in released().items() if not is_kept(before, now.get(name, []))]

    assert broken == [], "This breaks applications: it needs a new major version and a line in UPGRADING.md."


def test_every_new_name_is_announced() -> None:
    unreleased = (CHECKOUT / "CHANGELOG.md").read_text().split("\n## ")[1]
    new = present().keys() - released().keys()
    silent = {name for name in new if f"`{name}`" not in unreleased}

    assert silent == set(), "CHANGELOG.md does not say what is new to applications."


@pytest.mark.parametrize(
    ("before", "now", "kept"),
    [
        (["a", "-> b"], ["a", "-> b"], True),
        (["a", "-> b"], ["a", "c = 1", "-> b"], True),
        (["a", "*", "k = 1", "-> b"], ["a", "*", "j = 2", "k = 1", "-> b"], True),
        (["a", "-> b"], ["a", "*", "j = 2", "-> b"], True),
        (["a", "-> b"], ["a", "c", "-> b"], False),
        (["a = 1", "-> b"], ["c = 1", "a = 1", "-> b"], False),
        (["a", "-> b"], ["-> b"], False),
        (["a", "-> b"], ["a", "-> c"], False),
        (["attribute"], [], False),
    ],
)
def test_a_signature_is_kept_if_every_call_stays_right(before: list[str], now: list[str], kept: bool) -> None:
    assert is_kept(before, now) is kept


def test_importing_it_loads_nothing_that_a_cold_start_would_notice() -> None:
    program = "import sys, gurukool; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()

    assert "gurukool" in loaded
    assert not set(HEAVY) & set(loaded)


def test_nothing_internal_imports_it() -> None:
    files = (CHECKOUT / "chalicelib").rglob("*.py")
    users = [path.name for path in files if IMPORT.search(path.read_text())]

    assert users == []
