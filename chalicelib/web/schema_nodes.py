"""JSON Schemas as generators of clients understand them best, made from those that msgspec writes."""

import re
from collections.abc import Callable, Mapping
from typing import Any

type Schema = dict[str, Any]

VALUES = frozenset({"const", "enum", "examples"})  # keywords whose values are no schemas
REFERENCE = "#/components/schemas/{name}"


def reference(name: str) -> Schema:
    return {"$ref": REFERENCE.format(name=name)}


def name_in(schema: Mapping[str, Any]) -> str | None:
    """The component that the schema refers to, if it is a reference."""
    return str(schema["$ref"]).rpartition("/")[2] if "$ref" in schema else None


def pascal(text: str) -> str:
    """The text as the name of a class, in any language: `send-mail` is `SendMail`."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", text) if word]
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name[:1].isalpha() else f"Type{name}"


def plain(node: Any, rename: Callable[[str], str]) -> Any:
    """The schema with other names for its components, open objects that say so, and no defaults.

    Some generators make a property that has a default one that must be sent, and take an object without
    properties for one that must be empty. A default is told in the description instead.
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
    """Properties may be called as the words of JSON Schema are, `default` for one."""
    if key in VALUES:
        return value
    if key == "properties":
        return {name: plain(schema, rename) for name, schema in value.items()}
    return plain(value, rename)
