"""The part of a template that describes the resources that are kept."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")

_IN_TEXT = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")

type Template = dict[str, Any]


def pruned(template: Template, made: Mapping[str, Mapping[str, Any]]) -> Template:
    """The template with the resources in `made` only, which has their final properties, and without outputs.

    A resource that refers to one that is not kept gets its final properties instead of the reference.
    """
    described = template["Resources"]
    gone = described.keys() - made.keys()
    resources = {name: _resource(described[name], made[name], gone) for name in made if name in described}
    kept = {
        section: content for section, content in template.items() if section not in ("Outputs", "Transform")
    }
    return {**kept, "Resources": resources}


def literal(described: Template, made: Mapping[str, Any]) -> Template:
    """A resource of a template, with the final properties that it has in `made`, and without conditions."""
    resource = {key: value for key, value in described.items() if key not in ("DependsOn", "Condition")}
    final = made["Properties"]
    properties = {
        name: final.get(name, value)
        for name, value in resource.get("Properties", {}).items()
        if name in final or not _is_conditional(value)  # whose condition has left the property out
    }
    return {**resource, "Properties": properties}


def _is_conditional(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"Fn::If"}


def _resource(described: Template, made: Mapping[str, Any], gone: Any) -> Template:
    if gone.isdisjoint(_names(described.get("Properties"))):
        return {key: value for key, value in described.items() if key != "DependsOn"}
    return literal(described, made)


def _names(node: Any) -> Iterator[str]:
    """What the part of a template refers to, by Ref, Fn::GetAtt and Fn::Sub; parameters are among them."""
    if isinstance(node, list):
        for entry in node:
            yield from _names(entry)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value.partition(".")[0] if isinstance(value, str) else value[0]
            elif key == "Fn::Sub":
                yield from _IN_TEXT.findall(value if isinstance(value, str) else value[0])
            yield from _names(value)
