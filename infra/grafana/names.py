"""What the references of the template stand for in a stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Names:
    """The names of a stack's resources, and the values of its parameters."""

    stack: str
    parameters: Mapping[str, Any]
    resources: Mapping[str, Any]

    def value(self, given: Any) -> str:
        """A name, or the value of a parameter."""
        match given:
            case {"Ref": "AWS::StackName"}:
                return self.stack
            case {"Ref": name} if name in self.parameters:
                return str(self.parameters[name])
            case {"Ref": name}:
                return self.value(self.resources[name]["Properties"]["FunctionName"])
            case {"Fn::GetAtt": [name, "QueueName"]}:
                return self.value(self.resources[name]["Properties"]["QueueName"])
            case {"Fn::Sub": text}:
                return str(text).replace("${AWS::StackName}", self.stack)
        return str(given)
