"""The table of renamed things is true: the new names are in the code, and the old ones are not."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from chalicelib.adapters.dynamodb import models
from chalicelib.adapters.dynamodb.identity_models import AccountItem, TriesItem

CHECKOUT = Path(__file__).parents[2]
PAGE = (CHECKOUT / "docs" / "vocabulary.md").read_text()
NAME = re.compile(r"`([\w.]+)`")
CODE = ("chalicelib", "gurukool", "infra", "tests")


def rows(heading: str) -> list[list[str]]:
    section = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    return [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| `")]


def defined() -> Iterator[str]:
    """Names of modules, packages, classes and functions; of methods also with their classes."""
    for path in (path for folder in CODE for path in (CHECKOUT / folder).rglob("*.py")):
        yield from path.relative_to(CHECKOUT).with_suffix("").parts
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield node.name
            if isinstance(node, ast.ClassDef):
                yield from (
                    f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)
                )


@cache
def names() -> frozenset[str]:
    return frozenset(defined())


@pytest.mark.parametrize("row", rows("Renamed"), ids=lambda row: row[0])
def test_a_renamed_thing_has_its_new_name_and_no_longer_its_old_one(row: list[str]) -> None:
    old, new = (set(NAME.findall(cell)) for cell in row[:2])

    assert new
    assert new <= names()
    assert not old & names()


def test_what_is_said_to_be_stored_is_stored() -> None:
    items = [AccountItem, models.QueueItem, models.RequestItem, TriesItem]
    stored = {attribute.attr_name for item in items for attribute in item.get_attributes().values()}
    named = {name for row in rows("Kept where it is stored or published") for name in NAME.findall(row[0])}

    assert named
    assert named <= stored
