"""One CloudFormation stack: change it, follow what happens, say why it failed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from infra.change_set import Change, changes_of, refuse_destruction
from infra.errors import DeployError
from infra.events import Events, Report

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
SUCCESSES = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
# A stack that has a name and nothing else: its first change set was not executed.
ABSENT = {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}
DELETE_IT = "Delete it (with the option --delete; locally: make reset) and try again."
# What a failed operation leaves behind, and what to do about it before the next one.
REMAINS = {
    "CREATE_FAILED": DELETE_IT,
    "ROLLBACK_COMPLETE": DELETE_IT,
    "ROLLBACK_FAILED": DELETE_IT,
    "DELETE_FAILED": DELETE_IT,
    "UPDATE_ROLLBACK_FAILED": "Do not delete it. Mend what its events name, have CloudFormation finish "
    "(aws cloudformation continue-update-rollback --stack-name {name}) and try again.",
}
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")

type Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stack is to become."""

    template_url: str
    parameters: Values = field(default_factory=dict)
    tags: Values = field(default_factory=dict)  # added to those that it has
    replaceable: Collection[str] | None = None
    """Logical ids of what may be replaced or removed though it holds something; None: everything may be."""


class Stack:
    def __init__(self, cloudformation: Any, name: str, report: Report, pause: Callable[[], None]) -> None:
        """`pause` is called between two looks at what has happened."""
        self._cloudformation = cloudformation
        self._name = name
        self._report = report
        self._pause = pause

    def describe(self) -> Mapping[str, Any] | None:
        """CloudFormation's description, or None if there is no such stack."""
        try:
            found = self._description(self._name)
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise
        return None if found["StackStatus"] in ABSENT else found

    def parameters(self) -> dict[str, str]:
        found = self.describe() or {}
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in found.get("Parameters", [])}

    def outputs(self) -> dict[str, str]:
        found = self.describe() or {}
        return {entry["OutputKey"]: entry["OutputValue"] for entry in found.get("Outputs", [])}

    def apply(self, wanted: Wanted) -> None:
        """Creates or updates the stack and waits.

        Raises DeployError if what cannot be made again would be replaced or removed, and then has changed
        nothing, or with the reasons if it fails.
        """
        change_set, changes = self._propose(wanted)
        if changes is None:
            return
        if wanted.replaceable is not None:
            refuse_destruction(changes, wanted.replaceable)
        events = self._events(change_set["StackId"])
        self._cloudformation.execute_change_set(ChangeSetName=change_set["Id"])
        self._follow(change_set["StackId"], events)

    def plan(self, wanted: Wanted) -> None:
        """Reports what `apply` would do, and does nothing."""
        change_set, changes = self._propose(wanted)
        for change in changes or ():
            self._report(str(change))
        if changes is not None:
            self._discard(change_set)

    def protect(self, on: bool) -> None:
        """Whether CloudFormation refuses to delete the stack."""
        self._cloudformation.update_termination_protection(
            StackName=self._name, EnableTerminationProtection=on
        )

    def delete(self) -> None:
        """Deletes the stack and waits; its tables stay. Raises DeployError with the reasons if it fails."""
        existing = self.describe()
        if not existing:
            self._report(f"There is no stack {self._name}.")
            return
        if existing.get("EnableTerminationProtection"):
            self.protect(False)
        # By its id: once deleted, a stack cannot be found by its name.
        events = self._events(existing["StackId"])
        self._cloudformation.delete_stack(StackName=existing["StackId"])
        self._follow(existing["StackId"], events)

    def _propose(self, wanted: Wanted) -> tuple[Mapping[str, str], Sequence[Change] | None]:
        """A change set, and the resources that it changes; None if nothing at all would change."""
        existing = self.describe()
        self._refuse_remains(existing)
        change_set = self._create_change_set(existing, wanted)
        if not self._has_changes(change_set):
            self._discard(change_set)
            return change_set, None
        pages = self._cloudformation.get_paginator("describe_change_set")
        return change_set, changes_of(pages.paginate(ChangeSetName=change_set["Id"]))

    def _discard(self, change_set: Mapping[str, str]) -> None:
        self._cloudformation.delete_change_set(ChangeSetName=change_set["Id"])

    def _refuse_remains(self, existing: Mapping[str, Any] | None) -> None:
        if existing and (advice := REMAINS.get(existing["StackStatus"])):
            raise DeployError(
                f"The stack {self._name} is {existing['StackStatus']}: something failed before and left "
                f"remains. {advice.format(name=self._name)}"
            )

    def _create_change_set(self, existing: Mapping[str, Any] | None, wanted: Wanted) -> Any:
        tags = {tag["Key"]: tag["Value"] for tag in (existing or {}).get("Tags", [])} | dict(wanted.tags)
        return self._cloudformation.create_change_set(
            StackName=self._name,
            ChangeSetName=f"deploy-{uuid4().hex}",
            ChangeSetType="UPDATE" if existing else "CREATE",
            TemplateURL=wanted.template_url,
            Parameters=_pairs(wanted.parameters, "ParameterKey", "ParameterValue"),
            Tags=_pairs(tags, "Key", "Value"),
            Capabilities=CAPABILITIES,
        )

    def _has_changes(self, change_set: Mapping[str, str]) -> bool:
        """Waits for the change set. Raises DeployError if it could not be made."""
        while True:
            found = self._cloudformation.describe_change_set(ChangeSetName=change_set["Id"])
            if found["Status"] in {"CREATE_COMPLETE", "FAILED"}:
                break
            self._pause()
        reason = found.get("StatusReason", "no reason given")
        if found["Status"] == "FAILED" and not any(phrase in reason for phrase in NO_CHANGE):
            raise DeployError(f"CloudFormation refused the template: {reason}")
        if not found["Changes"]:
            self._report("No resource has changed.")
        # An output may have changed even where no resource has.
        return bool(found["Status"] == "CREATE_COMPLETE")

    def _follow(self, stack_id: str, events: Events) -> None:
        while True:
            status = self._description(stack_id)["StackStatus"]
            events.report_new()
            if not status.endswith("_IN_PROGRESS"):
                break
            self._pause()
        if status not in SUCCESSES:
            reasons = "\n".join(f"  {failure}" for failure in events.failures)
            raise DeployError(f"The stack {self._name} is {status}:\n{reasons}")

    def _events(self, stack_id: str) -> Events:
        return Events(self._cloudformation, stack_id, self._report)

    def _description(self, stack: str) -> Any:
        return self._cloudformation.describe_stacks(StackName=stack)["Stacks"][0]


def _pairs(values: Values, key: str, value: str) -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in values.items()]
