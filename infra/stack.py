"""One CloudFormation stack: change it, follow what happens, say why it failed."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from infra.errors import DeployError
from infra.events import Events, Report

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
SUCCESSES = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}
# A stack that has a name and nothing else: its first change set was not executed.
ABSENT = {"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}
REMAINS = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")


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

    def apply(self, template_url: str, parameters: Mapping[str, str]) -> None:
        """Creates or updates the stack and waits. Raises DeployError with the reasons if it fails."""
        existing = self.describe()
        self._refuse_remains(existing)
        change_set = self._create_change_set("UPDATE" if existing else "CREATE", template_url, parameters)
        if not self._has_changes(change_set):
            self._cloudformation.delete_change_set(ChangeSetName=change_set["Id"])
            return
        events = self._events(change_set["StackId"])
        self._cloudformation.execute_change_set(ChangeSetName=change_set["Id"])
        self._follow(change_set["StackId"], events)

    def delete(self) -> None:
        """Deletes the stack and waits; its tables stay. Raises DeployError with the reasons if it fails."""
        existing = self.describe()
        if not existing:
            self._report(f"There is no stack {self._name}.")
            return
        # By its id: once deleted, a stack cannot be found by its name.
        events = self._events(existing["StackId"])
        self._cloudformation.delete_stack(StackName=existing["StackId"])
        self._follow(existing["StackId"], events)

    def _refuse_remains(self, existing: Mapping[str, Any] | None) -> None:
        if existing and existing["StackStatus"] in REMAINS:
            raise DeployError(
                f"The stack {self._name} is {existing['StackStatus']}: something failed before and left "
                "remains. Delete it (with the option --delete; locally: make reset) and try again."
            )

    def _create_change_set(self, kind: str, template_url: str, parameters: Mapping[str, str]) -> Any:
        return self._cloudformation.create_change_set(
            StackName=self._name,
            ChangeSetName=f"deploy-{uuid4().hex}",
            ChangeSetType=kind,
            TemplateURL=template_url,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
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
