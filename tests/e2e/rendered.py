"""Alarms of the packaged template, with the names that resources have in the deployed stack."""

import json
import re
from typing import Any

from infra import application
from infra.target import LOCAL_REGION, STACK, local_cloud
from tests.conftest import DeployedStack

NAMED_BY = ("FunctionName", "QueueName")
# Conditions of a stack with an address and a synthetic check, on an account whose limit is known.
HOLD = {"Alarmed", "Measured", "HasSyntheticCheck", "HasConcurrencyAlarm"}


class Rendered:
    def __init__(self, stack: DeployedStack) -> None:
        self._template = json.loads((application.build() / application.TEMPLATE).read_text())
        self._outputs = stack.outputs

    def alarms(self) -> dict[str, dict[str, Any]]:
        """Their properties, as PutMetricAlarm takes them, by logical id."""
        return {
            name: self._value(resource["Properties"])
            for name, resource in self._template["Resources"].items()
            if resource["Type"] == "AWS::CloudWatch::Alarm" and self._holds(resource["Condition"])
        }

    def _holds(self, condition: str) -> bool:
        parts = self._template["Conditions"][condition].get("Fn::And", [{"Condition": condition}])
        return {part["Condition"] for part in parts} <= HOLD

    def _value(self, given: Any) -> Any:
        match given:
            case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
                return self._named(name)
            case {"Fn::If": [condition, yes, no]}:
                return self._value(yes if condition in HOLD else no)
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([\w:]+)\}", lambda found: self._named(found[1]), text)
            case dict():
                return {key: self._value(value) for key, value in given.items()}
            case list():
                return [self._value(value) for value in given]
        return given

    def _named(self, name: str) -> Any:
        known = {"AWS::StackName": STACK, "AWS::Region": LOCAL_REGION, "AlarmTopic": ""}
        known |= local_cloud("").parameters | {"ConcurrencyAlarm": "0", "Sweepers": "1"}
        if name in known:
            return int(known[name]) if known[name].isdecimal() else known[name]
        properties = self._template["Resources"][name]["Properties"]
        by = next((properties[key] for key in NAMED_BY if key in properties), None)
        return self._value(by) if by else self._outputs[name]
