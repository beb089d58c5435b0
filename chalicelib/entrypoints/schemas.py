"""JSON Schemas of the types of bodies and answers, for the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.core.handler import Registry

REFERENCE = "#/components/schemas/{name}"


class Schemas:
    """Types that have a name become components, each described once."""

    def __init__(self, types: Iterable[Any], registry: Registry) -> None:
        handlers = [handler for name in registry.types() if (handler := registry.get(name))]
        every = [*types, *(handler.payload_type for handler in handlers)]
        schemas, self.components = msgspec.json.schema_components(every, ref_template=REFERENCE)
        self._by_type = {id(type_): schema for type_, schema in zip(every, schemas, strict=True)}
        payloads = {handler.type: self.of(handler.payload_type) for handler in handlers}
        self._describe_payloads("Order", payloads)

    def of(self, type_: Any) -> dict[str, Any]:
        return self._by_type[id(type_)]

    def _describe_payloads(self, name: str, payloads: dict[str, dict[str, Any]]) -> None:
        """The body that sends a request, once for each type of request with that type's payload."""
        sent = self.components[name]
        variants = {f"{name}_{type_}": _variant(sent, type_, schema) for type_, schema in payloads.items()}
        self.components.update(variants)
        references = [{"$ref": REFERENCE.format(name=variant)} for variant in variants]
        mapping = {type_: REFERENCE.format(name=f"{name}_{type_}") for type_ in payloads}
        self.components[name] = {
            "oneOf": references,
            "discriminator": {"propertyName": "type", "mapping": mapping},
        }


def _variant(sent: dict[str, Any], type_: str, payload: dict[str, Any]) -> dict[str, Any]:
    properties = {**sent["properties"], "type": {"const": type_, "type": "string"}, "payload": payload}
    return {**sent, "title": f"{sent['title']} {type_}", "properties": properties}
