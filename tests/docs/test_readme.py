"""What the README prints is what happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import DeployedStack

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text()
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def block(heading: str, language: str) -> str:
    """The first block of code in that language after the heading."""
    section = README.split(f"\n## {heading}\n", 1)[1]
    found = re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1]


def test_the_session_prints_what_it_says(stack: DeployedStack) -> None:
    run = subprocess.run(
        ["bash", "-eu", "-c", block("A session", "sh")],
        env={**os.environ, "API": stack.api_url},
        capture_output=True,
        text=True,
        check=True,
    )

    printed = re.sub(r'("user_id": ?)"[0-9a-f]{32}"', r'\1"…"', run.stdout)
    printed = re.sub(r'"ada-\d+"', '"ada-…"', printed)
    assert printed == block("A session", "text")


GREET = """
from gurukool.testing import run

print(run(hello, {"name": "Ada"}).result)
"""


def test_the_handler_is_one() -> None:
    """In a process of its own: it declares a handler."""
    program = block("A handler", "python") + GREET
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )

    assert run.stdout == "Hello, Ada\n", run.stderr


def test_every_link_leads_somewhere() -> None:
    pages = [CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_command_that_is_named_exists() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    texts = README + (CHECKOUT / "CONTRIBUTING.md").read_text()

    named = set(re.findall(r"`make ([a-z-]+)", texts)) | set(
        re.findall(r"^make ([a-z-]+)", texts, re.MULTILINE)
    )

    assert {target for target in named if f"\n{target}:" not in makefile} == set()
