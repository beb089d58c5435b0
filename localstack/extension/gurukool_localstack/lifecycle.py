"""The lifecycle rules of a bucket of S3: how long objects stay, by their prefix.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

type Rule = Mapping[str, Any]  # as PutBucketLifecycleConfiguration takes it


def prefix_of(rule: Rule) -> str | None:
    """The prefix of the objects to which a rule applies; None if it looks at something else of them, too.

    Rules of the older form have no filter, but a prefix of their own.
    """
    conditions: Mapping[str, Any] = rule.get("Filter") or {"Prefix": rule.get("Prefix", "")}
    conditions = conditions.get("And", conditions)
    return str(conditions.get("Prefix", "")) if conditions.keys() <= {"Prefix"} else None


def is_over(rules: Iterable[Rule], key: str, written: datetime, now: datetime) -> bool:
    """Whether one of the rules lets an object expire that was written at that moment.

    A rule that looks at tags or sizes, or names a date, lets none expire.
    """
    return any(
        rule["Status"] == "Enabled"
        and (prefix := prefix_of(rule)) is not None
        and key.startswith(prefix)
        and "Days" in (expiration := rule.get("Expiration", {}))
        and now >= _midnight_after(written + timedelta(days=expiration["Days"]))
        for rule in rules
    )


def _midnight_after(moment: datetime) -> datetime:
    day = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)
