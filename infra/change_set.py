"""The changes of a change set, and those that would destroy data or an address."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from infra import key_types
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
# Of these types too. A parameter switches them on and off, and nothing is lost with them: the synthetic check
# gets another account, and the tables have the callbacks that are owed.
MADE_AGAIN = frozenset({"CallbackWakeUps", "CallbackWakeUpsDeadLetters", "CheckAccount"})
WORDS = {
    "Add": "create",
    "Modify": "update",
    "Remove": "DELETE",
    "Import": "import",
    "Dynamic": "perhaps update",
}
PERHAPS = "Conditional"
REPLACED = {"True": "REPLACE", PERHAPS: "perhaps REPLACE"}
BEGUN = {"AVAILABLE": False} | dict.fromkeys(
    ("EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"), True
)
TABLE, KEY_TYPES = "AWS::DynamoDB::Table", "AttributeDefinitions"

type Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One resource of a change set, in CloudFormation's words."""

    action: str  # Add, Modify, Remove, Import, Dynamic
    name: str  # logical id in the template
    type: str
    replacement: str = "False"  # for Modify; Conditional: CloudFormation does not know in advance
    causes: frozenset[str] = frozenset()  # the properties for which it is, or may be, replaced

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Self:
        change = described["ResourceChange"]
        return cls(
            change["Action"],
            change["LogicalResourceId"],
            change["ResourceType"],
            change.get("Replacement", "False"),
            frozenset(
                target.get("Name", target["Attribute"])
                for target in (detail["Target"] for detail in change.get("Details", []))
                if target.get("RequiresRecreation", "Never") != "Never"
            ),
        )

    @property
    def destroys(self) -> bool:
        """Whether the data or the address of the resource may be lost."""
        gone = self.action == "Remove" or self.replacement in REPLACED
        return gone and self.type in IRREPLACEABLE and self.name not in MADE_AGAIN

    @property
    def hangs_on_key_types(self) -> bool:
        """Whether it depends on the types of a table's key attributes alone if the table is replaced."""
        return self.type == TABLE and self.replacement == PERHAPS and self.causes == {KEY_TYPES}

    def __str__(self) -> str:
        word = REPLACED.get(self.replacement, WORDS.get(self.action, self.action))
        return f"{word} {self.name} ({self.type})"


@dataclass(slots=True)
class Proposal:
    """A change set of a stack."""

    id: str
    stack_id: str
    made_the_stack: bool  # there was no stack; with the change set, CloudFormation has made an empty one
    changes: Sequence[Change] | None = None  # None if nothing at all would change
    executed: bool = False  # or perhaps: the answer was lost


def has_begun(cloudformation: Any, proposal: Proposal) -> bool | None:
    """Whether CloudFormation executes the change set, or has; None if it does not say."""
    try:
        found = cloudformation.describe_change_set(ChangeSetName=proposal.id)
    except (BotoCoreError, ClientError):
        return None
    return BEGUN.get(found.get("ExecutionStatus", ""))


def settled(
    changes: Sequence[Change], templates: Callable[[], tuple[Template, Template]]
) -> Sequence[Change]:
    """The changes. If one may replace a table, and in truth adds or removes an index, it becomes an update.

    With an index, the attributes of its key are added to the table's definitions or removed from them, and
    CloudFormation replaces a table if a definition changes that is there before and after:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html

    `templates` reads the stack's template and the new one; it is called only if there are such changes.
    """
    open_ = [change for change in changes if change.hangs_on_key_types]
    if not open_:
        return changes
    before, after = templates()
    kept = {change.name for change in open_ if key_types.stay(before, after, change.name)}
    return [replace(change, replacement="False") if change.name in kept else change for change in changes]


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
