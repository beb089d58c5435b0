"""The buckets that stacks have made, without their objects, which objects.py keeps."""

from typing import Any

from localstack.services.s3.models import S3Bucket, s3_stores

from gurukool_localstack.kept import stacks

NAME = "buckets"
SERVICE = "s3"

_ELSEWHERE = ("objects", "multiparts")


def changes(operation: str) -> bool:
    """Of a bucket itself."""
    return "Bucket" in operation and not operation.startswith(("Get", "Head", "List"))


def dump() -> Any:
    return [
        {name: value for name, value in vars(bucket).items() if name not in _ELSEWHERE} for bucket in every()
    ]


def load(kept: Any) -> None:
    for attributes in kept:
        name, account, region = (attributes[n] for n in ("name", "bucket_account_id", "bucket_region"))
        bucket = S3Bucket(name, account, region, attributes["owner"])
        vars(bucket).update(attributes)
        store = s3_stores[account][region]
        store.buckets[name] = bucket
        store.global_bucket_map[name] = account


def every() -> list[Any]:
    """The buckets that are kept. They have no versions."""
    names = stacks.ids("AWS::S3::Bucket")
    return [
        bucket
        for regions in list(s3_stores.values())
        for store in list(regions.values())
        for bucket in list(store.buckets.values())
        if bucket.name in names and bucket.versioning_status is None
    ]
