"""JSON Schemas of the types of bodies and answers, for the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.api.bodies import Order
from chalicelib.api.explanations import EXAMPLES, SCHEMAS
from chalicelib.api.views import RequestAnswer, RequestDetailAnswer
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.web.problems import Problem
from chalicelib.web.schema_nodes import REFERENCE, Schema, name_in, pascal, plain, reference

# Names that mean something else in the languages that clients are generated in.
NAMES = {
    "ErrorAnswer": "Failure",
    "RequestAnswer": "QueueRequest",
    "RequestDetailAnswer": "QueueRequestDetail",
}


class Schemas:
    """Types that have a name become components, each described once.

    A handler's types are named after its request type, so that no handler can take a name of the API's own or
    another handler's: the payload of `send-mail` is `SendMailPayload`, whatever its class is called.
    """

    def __init__(self, types: Iterable[Any], registry: Registry) -> None:
        self.components: dict[str, Schema] = {}
        self._by_type: dict[int, Schema] = {}
        self._describe_own([Problem, *types])
        handlers = [handler for name in registry.types() if (handler := registry.get(name))]
        payloads = {
            handler.type: self._described(handler, "Payload", handler.payload_type) for handler in handlers
        }
        results = {handler.type: self._result(handler) for handler in handlers}
        self._describe_orders(payloads)
        self._describe_requests(RequestAnswer, "Request", {"result": results})
        self._describe_requests(
            RequestDetailAnswer, "RequestDetail", {"result": results, "payload": payloads}
        )
        for name, component in self.components.items():
            component.setdefault("description", SCHEMAS.get(name, f"{component.get('title', name)}."))
            if name in EXAMPLES:
                component["examples"] = [EXAMPLES[name]]

    def of(self, type_: Any) -> Schema:
        return self._by_type[id(type_)]

    def example(self, type_: Any) -> Any:
        """None if there is none."""
        component = self.components.get(name_in(self.of(type_)) or "", {})
        return next(iter(component.get("examples", [])), None)

    def _describe_own(self, types: list[Any]) -> None:
        schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
        self._by_type = {id(t): plain(schema, _own_name) for t, schema in zip(types, schemas, strict=True)}
        for name, component in components.items():
            made = {**plain(component, _own_name), "title": _own_name(name)}
            if "additionalProperties" not in component and name != Problem.__name__:
                made["required"] = list(made.get("properties", {}))  # of an answer nothing is left out
            self.components[_own_name(name)] = made

    def _described(self, handler: Handler, kind: str, type_: Any) -> Schema:
        """One of the handler's types, as a component of its own that has a name even if the type has none."""
        name = self._free(f"{pascal(handler.type)}{kind}")
        (schema,), components = msgspec.json.schema_components([type_], ref_template=REFERENCE)
        top = name_in(schema)
        names = {inner: self._free(f"{name}{pascal(inner)}") for inner in components if inner != top}
        if top is None:
            components, top = {**components, "": schema}, ""
        names[top] = name
        for inner, component in components.items():
            self.components[names[inner]] = {**plain(component, names.__getitem__), "title": names[inner]}
        return reference(name)

    def _result(self, handler: Handler) -> Schema:
        described = self._described(handler, "Result", handler.result_type)
        return {
            "anyOf": [described, {"type": "null"}],
            "description": "Null unless the request has succeeded",
        }

    def _describe_orders(self, payloads: dict[str, Schema]) -> None:
        """The body that sends a request, once for each type of request with that type's payload."""
        if id(Order) not in self._by_type:
            return
        base = self.components[str(name_in(self.of(Order)))]
        variants = {}
        for type_, payload in payloads.items():
            required = base["required"] if self._may_be_empty(payload) else [*base["required"], "payload"]
            variants[type_] = self._variant(base, type_, "Order", {"payload": payload}, required)
        self._choose(str(name_in(self.of(Order))), variants, [])

    def _describe_requests(self, type_: Any, suffix: str, typed: dict[str, dict[str, Schema]]) -> None:
        """A request as it is answered: of each type, and of types whose handler was removed since."""
        if id(type_) not in self._by_type:
            return
        name = str(name_in(self.of(type_)))
        base = self.components[name]
        kinds = typed["result"]
        variants = {
            kind: self._variant(
                base,
                kind,
                suffix,
                {field: schemas[kind] for field, schemas in typed.items()},
                base["required"],
            )
            for kind in kinds
        }
        other = self._free(f"Other{suffix}")
        unknown = {"type": "string", "not": {"enum": list(kinds)}} if kinds else {"type": "string"}
        self.components[other] = {
            **base,
            "title": other,
            "properties": {**base["properties"], "type": unknown},
        }
        self._choose(name, variants, [other])

    def _variant(
        self, base: Schema, type_: str, suffix: str, typed: dict[str, Schema], required: list[str]
    ) -> str:
        name = self._free(f"{pascal(type_)}{suffix}")
        properties = {**base["properties"], "type": {"type": "string", "const": type_}, **typed}
        self.components[name] = {**base, "title": name, "properties": properties, "required": required}
        return name

    def _choose(self, name: str, variants: dict[str, str], others: list[str]) -> None:
        if not variants:
            return
        mapping = {type_: REFERENCE.format(name=variant) for type_, variant in variants.items()}
        self.components[name] = {
            "title": name,
            "oneOf": [reference(variant) for variant in (*variants.values(), *others)],
            "discriminator": {"propertyName": "type", "mapping": mapping},
        }

    def _may_be_empty(self, payload: Schema) -> bool:
        """Without a payload, {} is sent: it may be left out where that fits."""
        described = self.components[str(name_in(payload))]
        return not described.keys() - {"title"} or (
            described.get("type") == "object" and not described.get("required")
        )

    def _free(self, name: str) -> str:
        """The name, with a number if it is taken."""
        taken, number = name, 2
        while taken in self.components:
            taken, number = f"{name}{number}", number + 1
        return taken


def _own_name(name: str) -> str:
    return NAMES.get(name, name.removesuffix("Answer"))
