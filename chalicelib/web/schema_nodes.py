"""JSON Schemas in the form that generators of clients understand best, made from those of msgspec."""

import re
from collections.abc import Callable, Container, Mapping
from typing import Any

from chalicelib.adapters.json.patterns import ecma

type Schema = dict[str, Any]

VALUES = frozenset({"const", "enum", "examples"})  # keywords whose values are not schemas
REFERENCE = "#/components/schemas/{name}"


def reference(name: str) -> Schema:
    return {"$ref": REFERENCE.format(name=name)}


def free_name(taken: Container[str], name: str) -> str:
    """The name, with a number if it is taken.

    >>> free_name({"Queue", "Queue2"}, "Queue")
    'Queue3'
    """
    free, number = name, 2
    while free in taken:
        free, number = f"{name}{number}", number + 1
    return free


def name_in(schema: Mapping[str, Any]) -> str | None:
    """The component that the schema refers to, if it is a reference."""
    return str(schema["$ref"]).rpartition("/")[2] if "$ref" in schema else None


def pascal(text: str) -> str:
    """The text as the name of a class, in any language.

    >>> pascal("send-mail"), pascal("2fa")
    ('SendMail', 'Type2fa')
    """
    words = [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name[:1].isalpha() else f"Type{name}"


def plain(node: Any, rename: Callable[[str], str]) -> Any:
    """The schema with renamed components, without defaults, and with open objects declared as open.

    Some generators require a property that has a default, and take an object without properties for one that
    must be empty. So the description of a property states its default instead.
    """
    if isinstance(node, list):
        return [plain(item, rename) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _inner(key, value, rename) for key, value in node.items() if key != "default"}
    if "$ref" in node:
        made["$ref"] = REFERENCE.format(name=rename(str(name_in(node))))
    if node.get("type") == "object" and not node.keys() & {"properties", "additionalProperties"}:
        made["additionalProperties"] = True
    if node.get("default") not in (None, {}, []):
        made["description"] = f"{made.get('description', '')} Default: {node['default']}.".strip()
    return made


def _inner(key: str, value: Any, rename: Callable[[str], str]) -> Any:
    """Properties may have the names of JSON Schema's keywords, such as `default`."""
    if key in VALUES:
        return value
    if key == "properties":
        return {name: plain(schema, rename) for name, schema in value.items()}
    if key == "pattern":
        return ecma(value)
    return plain(value, rename)
