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
        every = [*types, *(h.payload_type for h in handlers), *(h.result_type for h in handlers)]
        schemas, self.components = msgspec.json.schema_components(every, ref_template=REFERENCE)
        self._by_type = {id(type_): schema for type_, schema in zip(every, schemas, strict=True)}
        payloads = {handler.type: self.of(handler.payload_type) for handler in handlers}
        self._describe_payloads("Order", payloads)
        for name in ("RequestAnswer", "RequestDetailAnswer"):
            self._describe_results(name, [self.of(handler.result_type) for handler in handlers])

    def of(self, type_: Any) -> dict[str, Any]:
        return self._by_type[id(type_)]

    def _describe_payloads(self, name: str, payloads: dict[str, dict[str, Any]]) -> None:
        """The body that sends a request, once for each type of request with that type's payload."""
        sent = self.components[name]
        variants = {
            f"{name}_{type_}": self._variant(sent, type_, schema) for type_, schema in payloads.items()
        }
        self.components.update(variants)
        references = [{"$ref": REFERENCE.format(name=variant)} for variant in variants]
        mapping = {type_: REFERENCE.format(name=f"{name}_{type_}") for type_ in payloads}
        self.components[name] = {
            "oneOf": references,
            "discriminator": {"propertyName": "type", "mapping": mapping},
        }

    def _variant(self, sent: dict[str, Any], type_: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Without a payload, {} is sent: it may be left out where that fits."""
        properties = {**sent["properties"], "type": {"const": type_, "type": "string"}, "payload": payload}
        referred = self.components.get(payload.get("$ref", "").rpartition("/")[2], payload)
        optional = not referred or (referred.get("type") == "object" and not referred.get("required"))
        required = sent["required"] if optional else [*sent["required"], "payload"]
        title = f"{sent['title']} {type_}"
        return {**sent, "title": title, "properties": properties, "required": required}

    def _describe_results(self, name: str, results: list[dict[str, Any]]) -> None:
        distinct = [result for i, result in enumerate(results) if result not in results[:i]]
        self.components[name]["properties"]["result"] = {
            "anyOf": [*distinct, {"type": "null"}],
            "description": "What the handler of this type returned; null without success",
        }
