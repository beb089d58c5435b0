"""docs/handlers.md does what it says, word for word, on a clean copy of the checkout."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.cache import root
from tests.free_ports import free_ports

CHECKOUT = Path(__file__).parents[2]
SECTION = (CHECKOUT / "docs/handlers.md").read_text().split("\n## ")[1]
# A block of code, and the file that the sentence before it names, if it names one.
BLOCK = re.compile(r"(?:`(\.\./shop/[\w./]+)`[^`]*?)?\n```(\w*)\n(.*?)```", re.DOTALL)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """What git has, and nothing else, with ports of its own."""
    target = tmp_path / "gurukool"
    subprocess.run(["git", "clone", "--quiet", CHECKOUT, target], check=True)
    for name in _changed():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes((CHECKOUT / name).read_bytes())
    subprocess.run(["git", "add", "--all"], cwd=target, check=True)
    yield target
    _run("make down", target, {})


def _changed() -> list[str]:
    """What is not committed yet, so that the page can be tried before it is."""
    git = ["git", "ls-files", "--modified", "--others", "--exclude-standard"]
    listed = subprocess.run(git, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if (CHECKOUT / name).is_file()]


def _run(commands: str, copy: Path, environment: dict[str, str]) -> str:
    ran = subprocess.run(
        ["bash", "-eu", "-c", commands],
        cwd=copy,
        env={
            "PATH": os.environ["PATH"],
            "HOME": os.environ["HOME"],
            "GURUKOOL_CACHE": str(root()),
            "XDG_STATE_HOME": str(copy.parent / "states"),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{commands}\n{ran.stdout}{ran.stderr}"
    return ran.stdout


def test_the_page_leads_from_nothing_to_a_handler_that_works(copy: Path) -> None:
    ports = free_ports()
    environment = {
        "PORT": str(ports.api),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{ports.edge}",
        "DYNAMODB_LOCAL_PORT": str(ports.dynamodb),
        "API": f"http://localhost:{ports.api}",
    }
    printed, session = "", ""
    for file, language, code in BLOCK.findall(SECTION):
        if language == "sh":
            printed, session = _run(code, copy, environment), code
        elif language == "text":
            assert printed == code
        else:
            (copy / file).write_text(code)

    again = _run("make up", copy, environment)
    assert f"With the application in {copy.parent / 'shop'}, as the last time." in again
    assert _run(session, copy, environment) == printed

    changed = subprocess.run(
        ["git", "diff", "--name-only"], cwd=copy, capture_output=True, text=True, check=True
    )
    assert changed.stdout == ""
    pinned = (copy.parent / "shop/requirements.txt").read_text()
    assert pinned.startswith("# From requirements.in ")
    assert "humanize==" in pinned
    assert "stand-in" not in "".join(p.read_text(errors="replace") for p in (copy / ".local").rglob("*.log"))
