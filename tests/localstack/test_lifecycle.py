"""When an object of the local cloud's S3 expires."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gurukool_localstack.lifecycle import is_over

RULES: list[dict[str, Any]] = [
    {"Status": "Enabled", "Filter": {"Prefix": "new/"}, "Expiration": {"Days": 1}},
    {"Status": "Enabled", "Filter": {"Prefix": "kept-7/"}, "Expiration": {"Days": 17}},
    {"Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}},
    {"Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {}},
]
WRITTEN = datetime(2026, 11, 1, 12, tzinfo=UTC)
UNLIMITED = {"Status": "Enabled", "Expiration": {"Days": 1}}


@pytest.mark.parametrize(
    ("key", "day", "hour", "over"),
    [
        ("new/a", 2, 13, False),
        ("new/a", 3, 0, True),
        ("kept-7/a", 18, 23, False),
        ("kept-7/a", 19, 0, True),
        ("other", 30, 0, False),
    ],
)
def test_an_object_expires_at_the_midnight_after_its_days(key: str, day: int, hour: int, over: bool) -> None:
    assert is_over(RULES, key, WRITTEN, datetime(2026, 11, day, hour, tzinfo=UTC)) == over


@pytest.mark.parametrize(
    "conditions",
    [
        {"Prefix": "other/"},
        {"Filter": {"And": {"Prefix": "other/"}}},
        {"Filter": {"Tag": {"Key": "colour", "Value": "red"}}},
        {"Filter": {"ObjectSizeGreaterThan": 1}},
        {"Filter": {"ObjectSizeLessThan": 1}},
        {"Filter": {"And": {"Prefix": "", "ObjectSizeLessThan": 1}}},
        {"Filter": {"And": {"Tags": [{"Key": "colour", "Value": "red"}]}}},
        {"Filter": {"Prefix": ""}, "Expiration": {"Date": WRITTEN}},
    ],
)
def test_a_rule_for_other_objects_deletes_nothing(conditions: dict[str, Any]) -> None:
    assert not is_over([{**UNLIMITED, **conditions}], "key", WRITTEN, datetime(2027, 11, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "conditions", [{}, {"Filter": {}}, {"Filter": {"And": {"Prefix": "k"}}}, {"Prefix": "k"}]
)
def test_a_rule_in_each_form_lets_objects_expire(conditions: dict[str, Any]) -> None:
    assert is_over([{**UNLIMITED, **conditions}], "key", WRITTEN, datetime(2027, 11, 1, tzinfo=UTC))
