"""What the HTTP API answers: the members and the named values of each call, as data that can be compared."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RELEASED = Path(__file__).with_name("answers.json")
MANY = ("oneOf", "anyOf", "allOf")
OF_HANDLERS = ("payload", "result", "type")  # what these hold, the deployed handlers decide
LAST_NAME = re.compile(r"[^.=]+")

type Answers = Mapping[str, list[str]]
"""By call (`GET /api/queue`): `counts.failed` for a member of a success, `state=open` for a value of one."""


def released() -> Answers:
    """Of the last release."""
    answers: Answers = json.loads(RELEASED.read_text())
    return answers


def present() -> Answers:
    """Of the code as it is."""
    from chalicelib.api.assembly import document
    from tests.answers.service import Service

    return answers_of(document(Service().container))


def answers_of(document: Mapping[str, Any]) -> Answers:
    """Of an OpenAPI document."""
    return {
        f"{method.upper()} {path}": sorted(set(_success(operation, document)))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if "responses" in operation
    }


def added(before: Answers, now: Answers) -> set[str]:
    """Members and values, without their places, that a client of calls of `before` has never met.

    What is within a new member is not listed by itself.
    """
    return {
        LAST_NAME.findall(name)[-1]
        for call in before
        for name in now.get(call, [])
        if name not in before[call] and _around(name) in {"", *before[call]}
    }


def _around(name: str) -> str:
    """The member that has this member or value; empty for one of the answer itself."""
    return name[: -len(LAST_NAME.findall(name)[-1])].rstrip(".=")


def _success(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values() if status.startswith("2") else ():
            yield from _names(content.get("schema", {}), "", document, ())


def _names(
    schema: Mapping[str, Any], place: str, document: Mapping[str, Any], within: tuple[str, ...]
) -> Iterator[str]:
    """`within`: the components around this schema, since one of them may contain itself."""
    if reference := schema.get("$ref"):
        if reference not in within:
            component = document["components"]["schemas"][reference.rpartition("/")[2]]
            yield from _names(component, place, document, (*within, reference))
        return
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    yield from (f"{place}={value}" for value in values if isinstance(value, str))
    parts = [part for key in MANY for part in schema.get(key, ())]
    for part in [*parts, schema["items"]] if "items" in schema else parts:
        yield from _names(part, place, document, within)
    for name, member in schema.get("properties", {}).items():
        there = f"{place}.{name}".removeprefix(".")
        yield there
        if name not in OF_HANDLERS:
            yield from _names(member, there, document, within)
