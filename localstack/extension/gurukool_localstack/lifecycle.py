"""The lifecycle rules of a bucket of S3.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any


def is_over(rules: Iterable[Mapping[str, Any]], key: str, written: datetime, now: datetime) -> bool:
    """Whether one of the rules lets an object expire that was written at that moment."""
    return any(
        rule["Status"] == "Enabled"
        and key.startswith(rule.get("Filter", {}).get("Prefix", ""))
        and "Days" in (expiration := rule.get("Expiration", {}))
        and now >= _midnight_after(written + timedelta(days=expiration["Days"]))
        for rule in rules
    )


def _midnight_after(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)
