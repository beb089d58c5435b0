"""Buckets to try: in memory, and in S3."""

from secrets import token_hex

import boto3
import requests
from botocore.session import Session

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.objects import MemoryObjects
from chalicelib.adapters.s3.objects import S3Objects, create_client
from chalicelib.core.queueing.object_store import ObjectStore, SignedUpload


def memory_bucket() -> ObjectStore:
    return MemoryObjects(ManualClock().now)


def s3_bucket() -> ObjectStore:
    name = f"uploads-{token_hex(4)}"
    boto3.client("s3").create_bucket(Bucket=name)
    return S3Objects(lambda: create_client(Session()), name)


def put_into(bucket: ObjectStore, signed: SignedUpload, data: bytes) -> None:
    """What the holder of the signed call does."""
    if isinstance(bucket, MemoryObjects):
        bucket.upload(signed, data)
    else:
        requests.put(signed.url, data, headers=dict(signed.headers), timeout=20).raise_for_status()
