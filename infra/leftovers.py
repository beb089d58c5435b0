"""Tables and buckets that earlier deployments of a stack have left, and that a new one would not use.

A table stays when the stack goes back to a release that does not have it, or when the update that made it
is rolled back. The next update then makes another one, which is empty. CloudFormation names what it makes
after the stack and the logical id, with random characters at the end. It shortens names of buckets over 63
characters; those are not found.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from infra.change_set import TABLE, Change
from infra.errors import DeployError, reason_of
from infra.events import Report
from infra.target import Target

BUCKET = "AWS::S3::Bucket"
GONE = ("ResourceNotFoundException", "NoSuchBucket")


class Leftover(NamedTuple):
    """A table or a bucket with data that no stack manages."""

    logical_id: str
    name: str
    doubt: str = ""  # why it is assumed only that it has data

    def __str__(self) -> str:
        doubt = f" ({self.doubt})" if self.doubt else ""
        return f"{self.logical_id}: {self.name}{doubt}"


def refuse(target: Target, changes: Sequence[Change], allowed: Collection[str], report: Report) -> None:
    """Raises DeployError if an update makes a table or a bucket of which there is an older one with data.

    `allowed`: logical ids that may begin empty all the same. If the caller may not list tables or buckets,
    that is reported, and nothing is refused.
    """
    added = [change for change in changes if change.action == "Add" and change.name not in allowed]
    try:
        found = [*_tables(target, _of(TABLE, added)), *_buckets(target, _of(BUCKET, added))]
    except (BotoCoreError, ClientError) as error:
        report(
            f"Whether earlier deployments have left data could not be seen ({reason_of(error)}): that needs "
            "dynamodb:ListTables and, for a bucket, s3:ListAllMyBuckets."
        )
        return
    if found:
        lines = "\n".join(f"  {leftover}" for leftover in found)
        raise DeployError(
            "Nothing was changed, because these would be made anew and empty, although those of an earlier "
            f"deployment are still there, with data:\n{lines}\nBring them back into the stack first "
            "(docs/deploy.md, Bringing a table back). To begin with empty ones, name each of them: "
            "--allow-replacement LOGICAL_ID."
        )


def _of(type_: str, changes: Sequence[Change]) -> list[str]:
    return [change.name for change in changes if change.type == type_]


def _tables(target: Target, logical_ids: Sequence[str]) -> Iterator[Leftover]:
    if not logical_ids:
        return
    client = target.client("dynamodb")
    names = [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    for id_ in logical_ids:
        for name in names:
            if _is_named_after(name, target.stack, id_):
                found = Leftover(id_, name)
                yield from _with_data(found, "dynamodb:Scan", client.scan, TableName=name, Limit=1)


def _buckets(target: Target, logical_ids: Sequence[str]) -> Iterator[Leftover]:
    for id_ in logical_ids:
        client, words = target.client("s3"), (target.stack.lower(), id_.lower())
        listed = client.list_buckets(Prefix=f"{'-'.join(words)}-", BucketRegion=target.region)["Buckets"]
        for name in (bucket["Name"] for bucket in listed):
            if _is_named_after(name, *words):
                found = Leftover(id_, name)
                yield from _with_data(found, "s3:ListBucket", client.list_objects_v2, Bucket=name, MaxKeys=1)


def _is_named_after(name: str, stack: str, logical_id: str) -> bool:
    return re.fullmatch(f"{re.escape(stack)}-{logical_id}-[A-Za-z0-9]+", name) is not None


def _with_data(leftover: Leftover, permission: str, read: Any, **which: Any) -> Iterator[Leftover]:
    """It, if something is in it, which is assumed if that cannot be read."""
    try:
        found = read(**which)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            doubt = f"could not be read: {reason_of(error)}; that needs {permission}"
            yield leftover._replace(doubt=doubt)
        return
    if found.get("Count", found.get("KeyCount")):
        yield leftover
