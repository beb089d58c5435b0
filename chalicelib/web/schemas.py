"""JSON Schemas of the types of bodies and answers, for the OpenAPI document."""

from collections.abc import Iterable
from typing import Any

import msgspec

from chalicelib.web.description import Description, Kind, Parts
from chalicelib.web.problems import Problem
from chalicelib.web.schema_nodes import REFERENCE, Schema, free_name, name_in, pascal, plain, reference
from chalicelib.web.variants import VariantSchemas


def parts_of(type_: Any) -> Parts:
    """Raises TypeError if the type has no JSON form."""
    (schema,), components = msgspec.json.schema_components([type_], ref_template=REFERENCE)
    return Parts(schema, components)


class Schemas:
    """Types that have a name become components, each described once.

    The types of variants are named after the value of `type`, so that none takes a name of the API's own or
    of another variant: the payload of `send-mail` is `SendMailPayload`, whatever its class is called.
    """

    def __init__(self, types: Iterable[Any], description: Description) -> None:
        self.components: dict[str, Schema] = {}
        self._names = description.names
        self._by_type: dict[int, Schema] = {}
        self._describe_own([Problem, *types])
        kinds = {kind.name: kind for v in description.variants for kind in v.members.values()}
        typed = {name: self._types_of(kind) for name, kind in kinds.items()}
        variants = VariantSchemas(self.components, typed)
        for variant in description.variants:
            if id(variant.struct) in self._by_type:
                variants.describe(str(name_in(self.of(variant.struct))), variant)
        for name, component in self.components.items():
            text = description.schemas.get(name, f"{component.get('title', name)}.")
            component.setdefault("description", text)
            if name in description.examples:
                component["examples"] = [description.examples[name]]

    def of(self, type_: Any) -> Schema:
        return self._by_type[id(type_)]

    def example(self, type_: Any) -> Any:
        """None if there is none."""
        component = self.components.get(name_in(self.of(type_)) or "", {})
        return next(iter(component.get("examples", [])), None)

    def _describe_own(self, types: list[Any]) -> None:
        schemas, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
        self._by_type = {
            id(type_): plain(schema, self._own_name) for type_, schema in zip(types, schemas, strict=True)
        }
        for class_name, component in components.items():
            name = self._own_name(class_name)
            made = {**plain(component, self._own_name), "title": name}
            if "additionalProperties" not in component and class_name != Problem.__name__:
                made["required"] = list(made.get("properties", {}))  # answers leave nothing out
            self.components[name] = made

    def _own_name(self, class_name: str) -> str:
        return self._names.get(class_name, class_name.removesuffix("Answer"))

    def _types_of(self, kind: Kind) -> dict[str, Schema]:
        """A schema for each type of the kind, by the value of `type`."""
        return {value: self._described(f"{pascal(value)}{kind.name}", t) for value, t in kind.types.items()}

    def _described(self, wanted: str, type_: Any) -> Schema:
        """The type as a component of that name, even if the type itself has no name."""
        name = free_name(self.components, wanted)
        schema, components = type_ if isinstance(type_, Parts) else parts_of(type_)
        top = name_in(schema)
        names = {
            inner: free_name(self.components, f"{name}{pascal(inner)}")
            for inner in components
            if inner != top
        }
        if top is None:
            components, top = {**components, "": schema}, ""
        names[top] = name
        for inner, component in components.items():
            self.components[names[inner]] = {**plain(component, names.__getitem__), "title": names[inner]}
        return reference(name)
