"""S3 deletes objects whose lifecycle rules say so: at the midnight (UTC) after their days have passed."""

import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.s3.models import s3_stores

from gurukool_localstack.lifecycle import is_over, prefix_of

LOG = logging.getLogger(__name__)

_EVERY_SECONDS = 3_600
_FIRST_SECONDS = 60  # after the start, which it is not to slow down


def install() -> None:
    threading.Thread(target=_run, name="object-expiry", daemon=True).start()


def _run() -> None:
    time.sleep(_FIRST_SECONDS)
    while True:
        try:
            delete_expired(datetime.now(UTC))
        except Exception:
            LOG.exception("Objects of S3 that have expired were not deleted.")
        time.sleep(_EVERY_SECONDS)


def delete_expired(now: datetime) -> None:
    """A bucket that fails, such as one that is deleted meanwhile, is logged, and the others go on."""
    for bucket in _with_rules():
        try:
            _delete_of(bucket, now)
        except Exception:
            LOG.exception("Objects of the bucket %s that have expired were not deleted.", bucket.name)


def _delete_of(bucket: Any, now: datetime) -> None:
    for rule in bucket.lifecycle_rules:
        if "Expiration" in rule and prefix_of(rule) is None:
            LOG.warning(
                "The rule %s of the bucket %s deletes nothing: it looks at more than the prefix of keys.",
                rule.get("ID"),
                bucket.name,
            )
    client = connect_to(region_name=bucket.bucket_region).s3
    for found in bucket.objects.values():
        if is_over(bucket.lifecycle_rules, found.key, found.last_modified, now):
            client.delete_object(Bucket=bucket.name, Key=found.key)


def _with_rules() -> list[Any]:
    """The buckets that have rules. They have no versions."""
    return [
        bucket
        for regions in list(s3_stores.values())
        for store in list(regions.values())
        for bucket in list(store.buckets.values())
        if bucket.lifecycle_rules and bucket.versioning_status is None
    ]
