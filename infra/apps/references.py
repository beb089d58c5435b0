"""References between the resources of a template, after the resources have got other names."""

import re
from collections.abc import Mapping
from typing import Any

Ids = Mapping[str, str]
"""The new names by the old ones. What has no new name keeps its own."""


def renamed(node: Any, ids: Ids) -> Any:
    """The part of a template, with new names wherever CloudFormation takes a text for a resource's name.

    >>> renamed({"Fn::Sub": "${balances.Arn}/index/${AWS::Region}"}, {"balances": "AppBalances"})
    {'Fn::Sub': '${AppBalances.Arn}/index/${AWS::Region}'}
    """
    if isinstance(node, list):
        return [renamed(item, ids) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: RENAME.get(key, renamed)(value, ids) for key, value in node.items()}


def _name(name: Any, ids: Ids) -> Any:
    if isinstance(name, list):
        return [_name(one, ids) for one in name]
    return ids.get(name, name) if isinstance(name, str) else renamed(name, ids)


def _attribute(of: Any, ids: Ids) -> Any:
    """Of `Fn::GetAtt`: a name and an attribute, as a list or with a dot between them."""
    parts = of.split(".", 1) if isinstance(of, str) else of
    return [_name(parts[0], ids), *(renamed(part, ids) for part in parts[1:])]


def _text(text: Any, ids: Ids) -> Any:
    """Of `Fn::Sub`: a text, or a list of a text and of values for some of its names."""
    if isinstance(text, list):
        return [_text(text[0], ids), *(renamed(values, ids) for values in text[1:])]
    return re.sub(r"\$\{(\w+)", lambda found: "${" + ids.get(found[1], found[1]), str(text))


RENAME = {"Ref": _name, "DependsOn": _name, "Fn::GetAtt": _attribute, "Fn::Sub": _text}
