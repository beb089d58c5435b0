"""The sweepers beside the scheduled one: rules that start it with another part of the users.

None of this exists unless the parameter Sweepers is raised, and it costs no more than its invocations.
"""

import json
from typing import Any

from chalicelib.core.queueing.sweep import PART
from infra.sweep import EVENT

FUNCTION = "Sweeper"
# By rule: its condition, and its parts with the condition of each. A rule has five targets at most.
RULES = {
    "MoreSweepers": ("TwoSweepers", {1: "TwoSweepers", 2: "FourSweepers", 3: "FourSweepers"}),
    "MostSweepers": ("EightSweepers", dict.fromkeys(range(4, 8), "EightSweepers")),
}


def resources() -> dict[str, Any]:
    found = dict[str, Any]()
    for name, (condition, parts) in RULES.items():
        found[name] = {"Type": "AWS::Events::Rule", "Condition": condition, "Properties": _rule(parts)}
        permission = {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": FUNCTION},
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": [name, "Arn"]},
        }
        described = {"Type": "AWS::Lambda::Permission", "Condition": condition, "Properties": permission}
        found[f"{name}Permission"] = described
    return found


def _rule(parts: dict[int, str]) -> dict[str, Any]:
    return {
        "Description": "Starts sweepers for further parts of the users every minute.",
        "ScheduleExpression": "rate(1 minute)",
        "Targets": [
            {"Fn::If": [condition, _target(part), {"Ref": "AWS::NoValue"}]}
            for part, condition in parts.items()
        ],
    }


def _target(part: int) -> dict[str, Any]:
    return {
        "Id": f"part-{part}",
        "Arn": {"Fn::GetAtt": [FUNCTION, "Arn"]},
        "Input": json.dumps({**EVENT, "id": "sweep", "detail-type": "Sweep", "detail": {PART: part}}),
    }
