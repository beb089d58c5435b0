"""What references, texts and conditions of the template are, for a stack with given parameters."""

import re
from collections.abc import Mapping
from typing import Any

ACCOUNT, RANDOM = "0" * 12, "X" * 13  # as long as those of AWS
# What a reference to a resource is, by its type. Names of buckets are at most as long as this.
NAMED = {
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{id}-{random}-XXXXXX",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{stack}-{id}-{random}",
    "AWS::SQS::Queue": "https://sqs.{region}.amazonaws.com/{account}/{queue}",
}
OTHERS = "{stack}-{id}-{random}"

type Template = Mapping[str, Any]


class Evaluation:
    """Of names that CloudFormation or the account chooses, only the length is right."""

    def __init__(
        self, template: Template, parameters: Mapping[str, Any], stack: str, region: str = "us-east-1"
    ) -> None:
        self._template = template
        self._stack, self._region = stack, region
        self._known = {name: str(value) for name, value in parameters.items()}
        self._known |= {"AWS::StackName": stack, "AWS::Region": region}
        self._known |= {"AWS::AccountId": ACCOUNT, "AWS::URLSuffix": "amazonaws.com"}

    def is_made(self, resource: Template) -> bool:
        """Whether the resource's condition holds, if it has one."""
        return "Condition" not in resource or self._holds({"Condition": resource["Condition"]})

    def variables(self, described: Template) -> dict[str, str]:
        """Those of a function. `described`: as in the template."""
        return {name: text for name, value in described.items() if (text := self.text(value)) is not None}

    def text(self, value: Any) -> str | None:
        """None if the template leaves it out."""
        match value:
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": name}:
                return self._known[name] if name in self._known else self._name_of(name)
            case {"Fn::GetAtt": [name, "QueueName"]}:
                return self._property(name, "QueueName")
            case {"Fn::Sub": text}:
                return re.sub(r"\$\{([^}]+)\}", lambda found: str(self.text({"Ref": found[1]})), text)
            case {"Fn::If": [condition, yes, no]}:
                return self.text(yes if self._holds({"Condition": condition}) else no)
        return str(value)

    def _name_of(self, id_: str) -> str:
        resource = self._template["Resources"][id_]
        if "FunctionName" in resource.get("Properties", {}):
            return self._property(id_, "FunctionName")
        form = NAMED.get(resource["Type"], OTHERS)
        queue = self._property(id_, "QueueName")
        return self._filled(form, id_, queue)

    def _property(self, id_: str, property_: str) -> str:
        """A name in the template, or one that CloudFormation chooses."""
        chosen = self._filled(OTHERS, id_)
        return self.text(self._template["Resources"][id_].get("Properties", {}).get(property_, chosen)) or ""

    def _filled(self, form: str, id_: str, queue: str = "") -> str:
        own = {"stack": self._stack, "region": self._region, "account": ACCOUNT, "random": RANDOM}
        return form.format(**own, id=id_, queue=queue)

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
