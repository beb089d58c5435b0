"""resources.yaml: the tables, queues, buckets and topics of an application, as CloudFormation has them.

A resource is called `balances` in the folder and by the handlers, and `AppBalances` in the stack's template:
it can never have the name of a resource of ours. CloudFormation chooses its name on AWS, in each stack anew.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from infra.apps.references import renamed
from infra.errors import DeployError
from infra.yaml_loader import SafeLoader

FILE = "resources.yaml"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")
# The property that would give a resource the same name in every stack.
NAMED_BY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
}
POLICIES = (
    "AWS::S3::BucketPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SNS::Subscription",
)

Resources = Mapping[str, dict[str, Any]]
"""CloudFormation's descriptions by name in the folder."""


class Loader(SafeLoader):  # type: ignore[misc]
    """With CloudFormation's short forms: `!Ref balances` is `{Ref: balances}`."""


def _short_form(loader: Any, function: str, node: Any) -> Any:
    kinds = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence}
    value = kinds.get(node.id, loader.construct_mapping)(node)
    return {function if function in {"Ref", "Condition"} else f"Fn::{function}": value}


Loader.add_multi_constructor("!", _short_form)


def read(folder: Path) -> Resources:
    """Raises DeployError."""
    path = folder / FILE
    try:
        document = (yaml.load(path.read_text(), Loader) if path.exists() else None) or {}  # noqa: S506  (a safe one)
    except (yaml.YAMLError, OSError, UnicodeError) as error:
        raise DeployError(f"{FILE} cannot be read: {error}") from None
    if not isinstance(document, dict) or document.keys() - {"Resources"}:
        raise DeployError(f"{FILE} must have one section, Resources, with resources by name.")
    found = document.get("Resources") or {}
    if faults := [fault for name, resource in found.items() for fault in _faults(name, resource)]:
        raise DeployError("\n  ".join([f"{FILE} is wrong:", *faults]))
    _require_different(found)
    return dict(found)


def logical_id(name: str) -> str:
    """What the resource is called in the stack's template."""
    return f"App{name[0].upper()}{name[1:]}"


def in_template(resources: Resources) -> dict[str, Any]:
    """The resources by logical id, with their references to each other."""
    ids = {name: logical_id(name) for name in resources}
    return {ids[name]: renamed(resource, ids) for name, resource in resources.items()}


def named(resources: Resources) -> list[str]:
    """Those that handlers can use, by name."""
    return sorted(name for name, resource in resources.items() if resource["Type"] in NAMED_BY)


def _faults(name: Any, resource: Any) -> list[str]:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return [f"{name!r}: a name has 1 to 64 letters and digits and begins with a letter"]
    if not isinstance(resource, dict) or not isinstance(resource.get("Properties", {}), dict):
        return [f"{name} must have a Type and Properties"]
    type_ = resource.get("Type")
    if type_ not in (*NAMED_BY, *POLICIES):
        return [f"{name} is of type {type_}; possible are {', '.join((*NAMED_BY, *POLICIES))}"]
    fixed = NAMED_BY.get(type_, "")
    given = resource.get("Properties", {}).get(fixed)
    if given is not None and "${AWS::StackName}" not in str(given):
        return [f"{name} must not have the {fixed} {given!r}: leave it out, then every stack has its own"]
    return []


def _require_different(resources: Resources) -> None:
    ids: dict[str, str] = {}
    for name in resources:
        if ids.setdefault(logical_id(name), name) != name:
            raise DeployError(
                f"{FILE} is wrong: {ids[logical_id(name)]} and {name} must differ in more than case."
            )
