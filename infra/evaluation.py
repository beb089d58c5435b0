"""What references, texts and conditions of the template are, for a stack with given parameters."""

import re
from collections.abc import Mapping
from typing import Any

from infra.apps.resources import NAMED_BY

ACCOUNT, RANDOM = "0" * 12, "X" * 13  # as long as those of AWS
# What a reference to a resource is, by its type; of other types, its name.
REFERENCES = {
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{id}-{random}-XXXXXX",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}",
}
CHOSEN = "{stack}-{id}-{random}"  # by CloudFormation; names of buckets are at most as long as this
FUNCTION = "AWS::Serverless::Function"
NAMES = NAMED_BY | {FUNCTION: "FunctionName"}
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/, at each property
LONGEST = {"TableName": 255, "QueueName": 80, "BucketName": 63, "TopicName": 256, "FunctionName": 64}

type Template = Mapping[str, Any]


class Evaluation:
    """Of names that CloudFormation or the account chooses, only the length is right.

    A name in the template that cannot be evaluated has the greatest length that AWS allows.
    """

    def __init__(
        self, template: Template, parameters: Mapping[str, Any], stack: str, region: str = "us-east-1"
    ) -> None:
        self._template = template
        self._stack, self._region = stack, region
        self._known: dict[str, str | None] = {name: str(value) for name, value in parameters.items()}
        self._known["AWS::NoValue"] = None
        self._known |= {"AWS::StackName": stack, "AWS::Region": region}
        self._known |= {"AWS::AccountId": ACCOUNT, "AWS::URLSuffix": "amazonaws.com", "AWS::Partition": "aws"}

    def is_made(self, resource: Template) -> bool:
        """Whether the resource's condition holds, if it has one."""
        return "Condition" not in resource or self._holds({"Condition": resource["Condition"]})

    def variables(self, described: Template) -> dict[str, str]:
        """Those of a function. `described`: as in the template."""
        return {name: text for name, value in described.items() if (text := self.text(value)) is not None}

    def text(self, value: Any) -> str | None:
        """None if the template leaves it out. Raises LookupError if it cannot be evaluated."""
        match value:
            case {"Ref": str(name)}:
                return self._known[name] if name in self._known else self._reference(name)
            case {"Fn::GetAtt": [name, "QueueName"]}:
                return self._name(name, "QueueName")
            case {"Fn::Sub": str(text)}:
                return self._substituted(text, {})
            case {"Fn::Sub": [str(text), dict(own)]}:
                return self._substituted(text, self.variables(own))
            case {"Fn::If": [str(condition), yes, no]}:
                return self.text(yes if self._holds({"Condition": condition}) else no)
            case dict():
                raise LookupError(value)
        return str(value)

    def _substituted(self, text: str, own: Mapping[str, str]) -> str:
        """With the values of the names in it. `own`: those that it brings with it, which go before others."""

        def value(found: re.Match[str]) -> str:
            name = found[1]
            return own[name] if name in own else str(self.text({"Ref": name}))

        return re.sub(r"\$\{([^}]+)\}", value, text)

    def _reference(self, id_: str) -> str:
        type_ = self._template["Resources"][id_].get("Type", FUNCTION)  # Chalice adds it to the functions
        name = self._name(id_, NAMES.get(type_, ""))
        return self._filled(REFERENCES.get(type_, "{name}"), id_, name)

    def _name(self, id_: str, property_: str) -> str:
        """A name in the template, or one that CloudFormation chooses."""
        chosen = self._filled(CHOSEN, id_)
        given = self._template["Resources"][id_].get("Properties", {}).get(property_)
        try:
            return (None if given is None else self.text(given)) or chosen
        except LookupError:
            return "X" * LONGEST[property_]

    def _filled(self, form: str, id_: str, name: str = "") -> str:
        own = {"stack": self._stack, "region": self._region, "account": ACCOUNT, "random": RANDOM}
        return form.format(**own, id=id_, name=name)

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
        raise LookupError(condition)
