"""The permissions of an application, as statements of the policies of the workers' roles."""

import re
from typing import Any

from infra.apps import declaration, resources
from infra.apps.declaration import Declaration
from infra.apps.naming import secret_id
from infra.apps.resources import Resources, logical_id
from infra.errors import DeployError

SERVICES = {
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::SQS::Queue": "sqs",
    "AWS::S3::Bucket": "s3",
    "AWS::SNS::Topic": "sns",
}
# Those whose ARN is what CloudFormation's Ref gives.
ARN_BY_REFERENCE = ("AWS::SNS::Topic",)
OWN = re.compile(r"([A-Za-z0-9]+)(/.*)?", re.DOTALL)

Statement = dict[str, Any]


def statements(declared: Declaration, own: Resources) -> list[Statement]:
    """What workers are allowed beside what they need for us. Raises DeployError."""
    if faults := [
        fault for name, actions in declared.permissions.items() for fault in _faults(name, actions, own)
    ]:
        raise DeployError("\n  ".join([f"{declaration.FILE} is wrong:", *faults]))
    allowed = [
        _statement(sorted(set(a)), _arn(name, own)) for name, a in sorted(declared.permissions.items()) if a
    ]
    secrets = [{"Ref": secret_id(name)} for name in sorted(declared.secrets)]
    return allowed + ([_statement(["secretsmanager:GetSecretValue"], secrets)] if secrets else [])


def _statement(actions: list[str], resource: Any) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _faults(name: str, actions: list[str], own: Resources) -> list[str]:
    if name == "*" or name.startswith("arn:"):
        return []
    resource = own.get(_parts(name)[0])
    if resource is None:
        return [f"permissions.{name}: {resources.FILE} has no {name!r}; use a name from there, an ARN, or *"]
    service = SERVICES.get(resource["Type"])
    return [
        f"permissions.{name}: {action} is not for a resource of type {resource['Type']}"
        for action in actions
        if action.partition(":")[0] != service
    ]


def _parts(name: str) -> tuple[str, str]:
    found = OWN.fullmatch(name)
    return (found[1], found[2] or "") if found else (name, "")


def _arn(name: str, own: Resources) -> Any:
    if name == "*":
        return "*"
    if name.startswith("arn:"):
        return {"Fn::Sub": name} if "${" in name else name
    base, rest = _parts(name)
    by_reference = own[base]["Type"] in ARN_BY_REFERENCE
    if rest:
        return {"Fn::Sub": f"${{{logical_id(base)}{'' if by_reference else '.Arn'}}}{rest}"}
    return {"Ref": logical_id(base)} if by_reference else {"Fn::GetAtt": [logical_id(base), "Arn"]}
