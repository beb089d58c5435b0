"""The permissions that a call of AWS needs: actions, and the ARNs of what they are done to.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

type Permission = tuple[str, str | None]
"""An action, and an ARN or None if it is not known."""

# Operations whose action has another name, by the prefix of the service.
_NAMES = {
    "sqs": {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    },
    "lambda": {"Invoke": "InvokeFunction"},
    "s3": {
        "ListObjects": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "HeadBucket": "ListBucket",
        "HeadObject": "GetObject",
        "CopyObject": "PutObject",
        "CreateMultipartUpload": "PutObject",
        "UploadPart": "PutObject",
        "CompleteMultipartUpload": "PutObject",
        "DeleteObjects": "DeleteObject",
        "ListBuckets": "ListAllMyBuckets",
    },
    "sns": {"PublishBatch": "Publish"},
}
# DynamoDB's operations on several tables, and the parameter that names those.
_TRANSACTIONS = ("TransactWriteItems", "TransactGetItems")
_BATCHES = ("BatchGetItem", "BatchWriteItem")
# The parameters that name a resource, and its part of the ARN.
_RESOURCES = {
    "sqs": [("QueueUrl", "{}")],
    # An ARN ends in six random characters; the policies have wildcards for them.
    "secretsmanager": [("SecretId", "secret:{}-??????")],
    "lambda": [("FunctionName", "function:{}")],
    "sns": [("TopicArn", "{}")],
}
# What every role may do.
FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}


@dataclass(frozen=True)
class Place:
    """Where resources are that a call names without their ARN."""

    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


def permissions(service: str, operation: str, request: Mapping[str, Any], place: Place) -> set[Permission]:
    """What a role must be allowed for the call. `service`: as in ARNs and actions."""
    if (service, operation) in FREE:
        return set()
    if service == "dynamodb":
        return set(_of_dynamodb(operation, request, place))
    action = f"{service}:{_NAMES.get(service, {}).get(operation, operation)}"
    return {(action, _resource(service, request, place))}


def _of_dynamodb(operation: str, request: Mapping[str, Any], place: Place) -> Iterator[Permission]:
    if operation in _TRANSACTIONS:
        for item in request["TransactItems"]:
            for kind, inner in item.items():
                action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
                yield f"dynamodb:{action}", _table(inner["TableName"], place)
    elif operation in _BATCHES:
        for table in request["RequestItems"]:
            yield f"dynamodb:{operation}", _table(table, place)
    elif "TableName" in request:
        table = _table(request["TableName"], place)
        yield (
            f"dynamodb:{operation}",
            f"{table}/index/{request['IndexName']}" if "IndexName" in request else table,
        )
    else:
        yield f"dynamodb:{operation}", None


def _table(name: str, place: Place) -> str:
    """The ARN of a table, which may be its name already."""
    return name if name.startswith("arn:") else place.arn("dynamodb", f"table/{name}")


def _resource(service: str, request: Mapping[str, Any], place: Place) -> str | None:
    if service == "s3":
        return _object(request) if "Bucket" in request else None
    for parameter, resource in _RESOURCES.get(service, ()):
        if parameter in request:
            named = str(request[parameter])
            return named if named.startswith("arn:") else place.arn(service, resource.format(_last(named)))
    return None


def _last(address: str) -> str:
    """The name in the address of a queue."""
    return address.rpartition("/")[2] if "://" in address else address


def _object(request: Mapping[str, Any]) -> str:
    """The ARN of a bucket, of an object in it, or of all of them."""
    key = f"/{request['Key']}" if "Key" in request else "/*" if "Delete" in request else ""
    return f"arn:aws:s3:::{request['Bucket']}{key}"
