"""The changes of a change set, and those that would destroy data or an address."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from infra.errors import DeployError

# Types of resources that hold data or have an address: a new one is empty, or has another address.
IRREPLACEABLE = frozenset(
    {
        "AWS::ApiGateway::RestApi",
        "AWS::DynamoDB::Table",
        "AWS::S3::Bucket",
        "AWS::SecretsManager::Secret",
        "AWS::SQS::Queue",
    }
)
WORDS = {
    "Add": "create",
    "Modify": "update",
    "Remove": "DELETE",
    "Import": "import",
    "Dynamic": "perhaps update",
}
REPLACED = {"True": "REPLACE", "Conditional": "perhaps REPLACE"}


@dataclass(frozen=True, slots=True)
class Change:
    """One resource of a change set, in CloudFormation's words."""

    action: str  # Add, Modify, Remove, Import, Dynamic
    name: str  # logical id in the template
    type: str
    replacement: str = "False"  # for Modify; Conditional: CloudFormation does not know in advance

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Self:
        change = described["ResourceChange"]
        return cls(
            change["Action"],
            change["LogicalResourceId"],
            change["ResourceType"],
            change.get("Replacement", "False"),
        )

    @property
    def destroys(self) -> bool:
        """Whether the data or the address of the resource may be lost."""
        gone = self.action == "Remove" or self.replacement in REPLACED
        return gone and self.type in IRREPLACEABLE

    def __str__(self) -> str:
        word = REPLACED.get(self.replacement, WORDS.get(self.action, self.action))
        return f"{word} {self.name} ({self.type})"


def refuse_destruction(changes: Iterable[Change], allowed: Collection[str]) -> None:
    """Raises DeployError if a change destroys a resource whose logical id is not in `allowed`."""
    refused = [change for change in changes if change.destroys and change.name not in allowed]
    if refused:
        lines = "\n".join(f"  {change}" for change in refused)
        raise DeployError(
            f"Nothing was changed, because the data or the address of these would be lost:\n{lines}\n"
            "A table that is replaced stays, but the application then uses a new, empty one. To do it "
            "anyway, name each of them: --allow-replacement LOGICAL_ID."
        )


def changes_of(pages: Iterable[Mapping[str, Any]]) -> Sequence[Change]:
    """The changes in the pages of describe_change_set."""
    found = (described for page in pages for described in page.get("Changes", []))
    return [Change.from_description(change) for change in found if change.get("Type") == "Resource"]
