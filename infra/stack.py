"""Changes one CloudFormation stack, follows its events, and says why a change failed."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from infra import remains
from infra.change_set import Change, Proposal, Template, changes_of, has_begun, refuse_destruction, settled
from infra.errors import DeployError, is_unanswered, message_for, unfinished, unfinished_if_lost
from infra.events import Events, Report

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
SUCCESSES = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
# States of a stack that has no resources: its first change set was not executed, or it was deleted.
EMPTY, DELETED = "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")

type Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The wanted state of a stack."""

    template_url: str
    parameters: Values = field(default_factory=dict)
    tags: Values = field(default_factory=dict)  # added to the present ones
    replaceable: Collection[str] | None = None
    """Logical ids of resources with data that may be replaced or removed; None allows all of them."""
    check: Callable[[Sequence[Change]], None] | None = None
    """Raises DeployError if the changes must not be made."""


class Stack:
    """A stack of CloudFormation, which may not exist yet."""

    def __init__(self, cloudformation: Any, name: str, report: Report, pause: Callable[[], None]) -> None:
        """`pause` is called between two queries while CloudFormation works."""
        self._cloudformation = cloudformation
        self._name = name
        self._report = report
        self._pause = pause

    def describe(self) -> Mapping[str, Any] | None:
        """The description by CloudFormation, or None if there is no such stack, or only an empty one."""
        return self._unless({EMPTY, DELETED})

    def _unless(self, states: Collection[str]) -> Mapping[str, Any] | None:
        """The description, or None if there is no such stack, or it is in one of the states."""
        try:
            found = self._description(self._name)
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return None
            raise
        return None if found["StackStatus"] in states else found

    def parameters(self) -> dict[str, str]:
        """The present values of its parameters; empty if there is no such stack."""
        found = self.describe() or {}
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in found.get("Parameters", [])}

    def outputs(self) -> dict[str, str]:
        """Its outputs; empty if there is no such stack."""
        found = self.describe() or {}
        return {entry["OutputKey"]: entry["OutputValue"] for entry in found.get("Outputs", [])}

    def apply(self, wanted: Wanted) -> None:
        """Creates or updates the stack and waits for the end.

        Raises DeployError with the reasons if that fails, and UnfinishedError if the end was not seen. Raises
        DeployError too, and changes nothing, if a resource with data would be replaced or removed and is not
        `replaceable`, or if the check does.
        """
        with self._proposed(wanted) as proposal:
            if proposal.changes is None:
                return
            if wanted.replaceable is not None:
                refuse_destruction(proposal.changes, wanted.replaceable)
            if wanted.check:
                wanted.check(proposal.changes)
            events = self._events(proposal.stack_id)
            self._execute(proposal)
        self._follow(proposal.stack_id, events)

    def _execute(self, proposal: Proposal) -> None:
        """With a token: botocore repeats the call if the answer is lost, and AWS must not refuse that.

        Without an answer to any of them, CloudFormation is asked whether it has begun.
        """
        proposal.executed = True
        token = uuid4().hex
        try:
            self._cloudformation.execute_change_set(ChangeSetName=proposal.id, ClientRequestToken=token)
        except (BotoCoreError, ClientError) as error:
            begun = has_begun(self._cloudformation, proposal) if is_unanswered(error) else False
            if begun is None:
                raise unfinished(error) from error
            proposal.executed = begun
            if not begun:
                raise

    def plan(self, wanted: Wanted) -> None:
        """Reports what `apply` would do, and changes nothing. Raises DeployError if the check does."""
        with self._proposed(wanted) as proposal:
            for change in proposal.changes or ():
                self._report(str(change))
            if wanted.check:
                wanted.check(proposal.changes or ())

    def protect(self, on: bool) -> None:
        """Makes CloudFormation refuse to delete the stack, or allow it."""
        self._cloudformation.update_termination_protection(
            StackName=self._name, EnableTerminationProtection=on
        )

    def delete(self) -> None:
        """Deletes the stack and waits; its tables stay. Raises DeployError with the reasons if that fails."""
        existing = self._unless({DELETED})
        if not existing:
            self._report(f"There is no stack {self._name}.")
            return
        if existing.get("EnableTerminationProtection"):
            self.protect(False)
        # By the id, since a deleted stack cannot be found by its name.
        events = self._events(existing["StackId"])
        with unfinished_if_lost(begun=False):
            self._cloudformation.delete_stack(StackName=existing["StackId"])
        self._follow(existing["StackId"], events)

    @contextmanager
    def _proposed(self, wanted: Wanted) -> Iterator[Proposal]:
        """A change set. Unless the block executes it, it is deleted then, with the stack that it has made."""
        found = self._unless({DELETED})
        existing = found if found and found["StackStatus"] != EMPTY else None
        if existing:
            remains.refuse(self._name, existing["StackStatus"])
        proposal = self._proposal(existing, wanted, made_the_stack=found is None)
        try:
            if self._has_changes(proposal):
                pages = self._cloudformation.get_paginator("describe_change_set")
                changes = changes_of(pages.paginate(ChangeSetName=proposal.id))
                proposal.changes = settled(changes, lambda: self._templates(proposal))
            yield proposal
        finally:
            if not proposal.executed:
                self._discard(proposal)

    def _templates(self, proposal: Proposal) -> tuple[Template, Template]:
        """The stack's, and that of the change set; both are JSON, which botocore has parsed."""
        deployed, new = (
            self._cloudformation.get_template(TemplateStage="Processed", **which)["TemplateBody"]
            for which in ({"StackName": proposal.stack_id}, {"ChangeSetName": proposal.id})
        )
        return deployed, new

    def _discard(self, proposal: Proposal) -> None:
        """If that fails, it is reported: an error that ends the deployment is more important."""
        try:
            if proposal.made_the_stack:
                self._delete_if_empty()
            else:
                self._cloudformation.delete_change_set(StackName=self._name, ChangeSetName=proposal.id)
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] == "ChangeSetNotFound":
                return
            what = f"empty stack {self._name}" if proposal.made_the_stack else f"change set {proposal.id}"
            self._report(f"Delete the {what}, since this program could not: {message_for(error)}")

    def _delete_if_empty(self) -> None:
        found = self._unless({DELETED})
        if found and found["StackStatus"] == EMPTY:
            self._cloudformation.delete_stack(StackName=found["StackId"])
            self._wait(found["StackId"])

    def _proposal(
        self, existing: Mapping[str, Any] | None, wanted: Wanted, *, made_the_stack: bool
    ) -> Proposal:
        """If the answer is lost, what CloudFormation may have made is deleted."""
        name = f"deploy-{uuid4().hex}"
        try:
            created = self._create_change_set(existing, wanted, name)
        except (BotoCoreError, ClientError) as error:
            if is_unanswered(error):
                self._discard(Proposal(name, self._name, made_the_stack))
            raise
        return Proposal(created["Id"], created["StackId"], made_the_stack)

    def _create_change_set(self, existing: Mapping[str, Any] | None, wanted: Wanted, name: str) -> Any:
        tags = {tag["Key"]: tag["Value"] for tag in (existing or {}).get("Tags", [])} | dict(wanted.tags)
        return self._cloudformation.create_change_set(
            StackName=self._name,
            ChangeSetName=name,
            ClientToken=name,  # botocore repeats the call if the answer is lost
            ChangeSetType="UPDATE" if existing else "CREATE",
            TemplateURL=wanted.template_url,
            Parameters=_pairs(wanted.parameters, "ParameterKey", "ParameterValue"),
            Tags=_pairs(tags, "Key", "Value"),
            Capabilities=CAPABILITIES,
        )

    def _has_changes(self, proposal: Proposal) -> bool:
        """Waits for the change set. Raises DeployError if CloudFormation could not make it."""
        while True:
            found = self._cloudformation.describe_change_set(ChangeSetName=proposal.id)
            if found["Status"] in {"CREATE_COMPLETE", "FAILED"}:
                break
            self._pause()
        reason = found.get("StatusReason", "no reason given")
        if found["Status"] == "FAILED" and not any(phrase in reason for phrase in NO_CHANGE):
            raise DeployError(f"CloudFormation refused the template: {reason}")
        if not found["Changes"]:
            self._report("No resource has changed.")
        # An output may have changed even if no resource has.
        return bool(found["Status"] == "CREATE_COMPLETE")

    def _follow(self, stack_id: str, events: Events) -> None:
        with unfinished_if_lost():
            status = self._wait(stack_id, events.report_new_at_times)
            events.report_new()
        if status not in SUCCESSES:
            reasons = "\n".join(f"  {failure}" for failure in events.failures)
            raise DeployError(f"The stack {self._name} is {status}:\n{reasons}")

    def _wait(self, stack_id: str, meanwhile: Callable[[], None] = lambda: None) -> str:
        """The status of the stack when no operation is in progress any more."""
        while (status := str(self._description(stack_id)["StackStatus"])).endswith("_IN_PROGRESS"):
            meanwhile()
            self._pause()
        return status

    def _events(self, stack_id: str) -> Events:
        return Events(self._cloudformation, stack_id, self._report)

    def _description(self, stack: str) -> Any:
        return self._cloudformation.describe_stacks(StackName=stack)["Stacks"][0]


def _pairs(values: Values, key: str, value: str) -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in values.items()]
