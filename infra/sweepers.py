"""The sweepers beside the scheduled one: rules that start it with another part of the users.

None of this exists unless the parameter Sweepers is raised, and it costs no more than its invocations.
"""

import json
from collections.abc import Iterable
from typing import Any

from chalicelib.core.queueing.sweep_run import PART
from infra.sweep import EVENT

FUNCTION = "Sweeper"
# By condition: the further parts that are swept then. A rule has five targets at most.
PARTS = {"TwoSweepers": range(1, 2), "FourSweepers": range(2, 4), "EightSweepers": range(4, 8)}


def resources() -> dict[str, Any]:
    found = dict[str, Any]()
    for condition, parts in PARTS.items():
        name = f"{condition}Rule"
        found[name] = _resource("AWS::Events::Rule", condition, _rule(parts))
        found[f"{name}Permission"] = _resource("AWS::Lambda::Permission", condition, _permission(name))
    return found


def _resource(kind: str, condition: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": kind, "Condition": condition, "Properties": properties}


def _rule(parts: Iterable[int]) -> dict[str, Any]:
    return {
        "Description": "Starts sweepers for further parts of the users every minute.",
        "ScheduleExpression": "rate(1 minute)",
        "Targets": [_target(part) for part in parts],
    }


def _permission(rule: str) -> dict[str, Any]:
    return {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": FUNCTION},
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": [rule, "Arn"]},
    }


def _target(part: int) -> dict[str, Any]:
    return {
        "Id": f"part-{part}",
        "Arn": {"Fn::GetAtt": [FUNCTION, "Arn"]},
        "Input": json.dumps({**EVENT, "id": "sweep", "detail-type": "Sweep", "detail": {PART: part}}),
    }
