"""What an OpenAPI document says beyond what the operations declare, handed over by the API."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple


class Code(NamedTuple):
    """A `code` of problem documents."""

    status: int
    meaning: str


class Parts(NamedTuple):
    """A type whose JSON Schema is known already."""

    schema: dict[str, Any]
    components: dict[str, Any]  # that the schema refers to


class Kind(NamedTuple):
    """A member whose type depends on the `type` of the object: the payload of a request, for one."""

    name: str  # in the names of the components: `Payload` makes EchoPayload
    types: Mapping[str, Any]  # by the value of `type`; a type, or its Parts
    null: str = ""  # when the member is null instead, in words; "": never


class Variants(NamedTuple):
    """A struct whose member `type` determines the types of some of its other members."""

    struct: type
    suffix: str  # of the components' names: `Request` makes EchoRequest
    members: Mapping[str, Kind]  # by name
    is_open: bool  # whether `type` may have values beyond those of the kinds
    texts: Mapping[str, str] = MappingProxyType({})  # that describe a variant, by the value of `type`


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Texts and examples for people, each by the name of what it describes in the document."""

    info: Mapping[str, Any]
    tags: Mapping[str, str]
    operations: Mapping[str, str]  # by operation id
    parameters: Mapping[str, str]
    headers: Mapping[str, str]  # of answers
    schemas: Mapping[str, str]  # by component
    examples: Mapping[str, Any]  # by component
    codes: Mapping[str, Code]
    schemes: Mapping[str, Any] = field(default_factory=dict)  # further ways to authenticate, by name
    own: Collection[str] = ()  # the permissions of the operations for which these will do
    names: Mapping[str, str] = field(default_factory=dict)  # of components, by the name of their class
    variants: Sequence[Variants] = ()
