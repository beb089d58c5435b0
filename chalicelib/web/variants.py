"""Schemas of objects whose member `type` determines the types of other members, as `oneOf` their variants."""

from collections.abc import Mapping
from typing import Any

from chalicelib.web.description import Variants
from chalicelib.web.schema_nodes import REFERENCE, Schema, free_name, name_in, pascal, reference


class VariantSchemas:
    """Turns a component into a choice of components.

    `typed` has the schemas of each kind by its name, and by the value of `type`.
    """

    def __init__(self, components: dict[str, Schema], typed: Mapping[str, Mapping[str, Schema]]) -> None:
        self._components = components
        self._typed = typed

    def describe(self, name: str, variants: Variants) -> None:
        """Replace the component `name` by one variant for each value of `type`.

        If further values are possible, the last variant has all members as they are.
        """
        base = self._components[name]
        values = list(next(iter(variants.members.values())).types)
        chosen = {value: self._variant(base, value, variants) for value in values}
        others = [self._other(base, values, variants.suffix)] if variants.is_open else []
        if chosen:
            self._components[name] = _choice(name, chosen, others)

    def _variant(self, base: Schema, value: str, variants: Variants) -> str:
        name = free_name(self._components, f"{pascal(value)}{variants.suffix}")
        members, required = {}, [*base["required"]]
        for member, kind in variants.members.items():
            schema = self._typed[kind.name][value]
            members[member] = _nullable(schema, kind.null) if kind.null else schema
            if member not in required and not self._accepts_empty_object(schema):
                required.append(member)
        properties = {**base["properties"], "type": {"type": "string", "const": value}, **members}
        made = {**base, "title": name, "properties": properties, "required": required}
        if text := variants.texts.get(value):
            made["description"] = text
        self._components[name] = made
        return name

    def _other(self, base: Schema, values: list[str], suffix: str) -> str:
        name = free_name(self._components, f"Other{suffix}")
        type_ = {"type": "string", "not": {"enum": values}} if values else {"type": "string"}
        properties = {**base["properties"], "type": type_}
        self._components[name] = {**base, "title": name, "properties": properties}
        return name

    def _accepts_empty_object(self, schema: Schema) -> bool:
        """Whether the member may be left out: its default is an empty object."""
        described = self._components[str(name_in(schema))]
        return not described.keys() - {"title"} or (
            described.get("type") == "object" and not described.get("required")
        )


def _nullable(schema: Schema, when: str) -> Schema:
    return {"anyOf": [schema, {"type": "null"}], "description": when}


def _choice(name: str, variants: Mapping[str, str], others: list[str]) -> dict[str, Any]:
    mapping = {value: REFERENCE.format(name=variant) for value, variant in variants.items()}
    return {
        "title": name,
        "oneOf": [reference(variant) for variant in (*variants.values(), *others)],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
