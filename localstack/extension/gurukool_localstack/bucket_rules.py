"""CloudFormation sets a bucket's rules for expiry, and updates them and CORS. LocalStack does neither.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-rule.html
"""

import uuid
from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent
from localstack.services.s3.resource_providers.aws_s3_bucket import S3BucketProvider

_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")

type Bucket = Mapping[str, Any]

_stock_create = S3BucketProvider.create


def install() -> None:
    S3BucketProvider.create = _create
    S3BucketProvider.update = _update


def _create(provider: Any, request: Any) -> Any:
    event = _stock_create(provider, request)
    if event.status == OperationStatus.SUCCESS:
        _set_rules(event.resource_model, request.aws_client_factory.s3)
    return event


def _update(provider: Any, request: Any) -> ProgressEvent[Any]:
    """All other properties stay as they are."""
    before, wanted, client = request.previous_state, request.desired_state, request.aws_client_factory.s3
    after = {**before, **wanted}
    _set_rules({**wanted, "BucketName": before["BucketName"]}, client)
    cors = provider._transform_cfn_cors(wanted.get("CorsConfiguration"))  # noqa: SLF001  (LocalStack's name)
    if cors:
        client.put_bucket_cors(Bucket=before["BucketName"], CORSConfiguration=cors)
    else:
        client.delete_bucket_cors(Bucket=before["BucketName"])
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=after)


def _set_rules(bucket: Bucket, client: Any) -> None:
    rules = [_rule(rule) for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", ())]
    if rules:
        client.put_bucket_lifecycle_configuration(
            Bucket=bucket["BucketName"], LifecycleConfiguration={"Rules": rules}
        )
    else:
        client.delete_bucket_lifecycle(Bucket=bucket["BucketName"])


def _rule(described: Mapping[str, Any]) -> dict[str, Any]:
    """In the words of S3, with what the local cloud applies of it. S3 gives a rule without an id one."""
    rule = {
        "ID": described.get("Id") or uuid.uuid4().hex,
        "Status": described["Status"],
        "Filter": _filter(described),
    }
    if "ExpirationInDays" in described:
        rule["Expiration"] = {"Days": int(described["ExpirationInDays"])}
    if "AbortIncompleteMultipartUpload" in described:
        days = int(described["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        rule["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
    return rule


def _filter(described: Mapping[str, Any]) -> dict[str, Any]:
    """The objects to which a rule applies. S3 takes one condition, or several in an And."""
    conditions: dict[str, Any] = {"Prefix": described["Prefix"]} if "Prefix" in described else {}
    conditions |= {name: int(described[name]) for name in _SIZES if name in described}
    tags = described.get("TagFilters") or []
    if len(tags) + len(conditions) > 1:
        return {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    return {"Tag": tags[0]} if tags else conditions or {"Prefix": ""}
