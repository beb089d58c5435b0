"""How long the variables of the functions are, which is known before anything is deployed.

Lambda refuses a function with more in the middle of an update, which CloudFormation then takes back.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from infra.errors import DeployError
from infra.target import Target

# Of all variables of one function, as a JSON object without spaces, which Lambda shows if it is too long.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_BYTES = 4_096
SHOWN = 3  # variables that the message names
FUNCTION = "AWS::Serverless::Function"
ACCOUNT, RANDOM = "0" * 12, "X" * 13  # as long as those of AWS
# What a reference to a resource is, by its type. Names of buckets are shorter than that.
NAMED = {
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{id}-{random}-XXXXXX",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{stack}-{id}-{random}",
    "AWS::SQS::Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}",
}
OTHERS = "{stack}-{id}-{random}"

Template = Mapping[str, Any]


def check(template: Template, values: Mapping[str, str], target: Target) -> None:
    """Raises DeployError if a function would have more than Lambda takes.

    `template`: as packaged. `values`: its parameters.
    """
    evaluation = Evaluation(template, values, target)
    for resource in template["Resources"].values():
        if resource["Type"] != FUNCTION or not evaluation.is_made(resource):
            continue
        variables = evaluation.variables(resource["Properties"]["Environment"]["Variables"])
        if (size := size_of(variables)) > MOST_BYTES:
            function = evaluation.text(resource["Properties"]["FunctionName"])
            longest = sorted(variables, key=lambda name: len(variables[name]), reverse=True)[:SHOWN]
            raise DeployError(
                f"The variables of the function {function} would have {size} bytes, and Lambda takes "
                f"{MOST_BYTES}. The longest are {', '.join(longest)}: give their parameters shorter values."
            )


def size_of(variables: Mapping[str, str]) -> int:
    return len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode())


class Evaluation:
    """What texts and conditions of a template are with these parameters.

    Of names that CloudFormation chooses it knows the length only.
    """

    def __init__(self, template: Template, values: Mapping[str, str], target: Target) -> None:
        self._template = template
        self._target = target
        self._known = {**values, "AWS::StackName": target.stack, "AWS::Region": target.region}
        self._known |= {"AWS::AccountId": ACCOUNT, "AWS::URLSuffix": "amazonaws.com"}

    def is_made(self, resource: Template) -> bool:
        return "Condition" not in resource or self._holds({"Condition": resource["Condition"]})

    def variables(self, described: Template) -> dict[str, str]:
        texts = {name: self.text(value) for name, value in described.items()}
        return {name: text for name, text in texts.items() if text is not None}

    def text(self, value: Any) -> str | None:
        """None if the template leaves it out."""
        match value:
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": name}:
                return self._known[name] if name in self._known else self._name_of(name)
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: str(self.text({"Ref": found[1]})), text)
            case {"Fn::If": [condition, yes, no]}:
                return self.text(yes if self._holds({"Condition": condition}) else no)
        return str(value)

    def _name_of(self, id_: str) -> str:
        resource = self._template["Resources"][id_]
        form = NAMED.get(resource["Type"], OTHERS)
        chosen = OTHERS.format(stack=self._target.stack, id=id_, random=RANDOM)
        return form.format(
            stack=self._target.stack,
            region=self._target.region,
            account=ACCOUNT,
            id=id_,
            random=RANDOM,
            name=self.text(resource.get("Properties", {}).get("QueueName", chosen)),
        )

    def _holds(self, condition: Any) -> bool:
        match condition:
            case {"Condition": name}:
                return self._holds(self._template["Conditions"][name])
            case {"Fn::Equals": [one, other]}:
                return self.text(one) == self.text(other)
            case {"Fn::Not": [one]}:
                return not self._holds(one)
            case {"Fn::And": conditions}:
                return all(map(self._holds, conditions))
            case {"Fn::Or": conditions}:
                return any(map(self._holds, conditions))
        raise ValueError(condition)
