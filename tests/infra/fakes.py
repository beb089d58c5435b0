"""A CloudFormation that plays one operation on one stack."""

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

STACK_ID = "arn:aws:cloudformation:us-east-1:000000000000:stack/gurukool/1"


def change(
    action: str, name: str, type_: str, replacement: str | None = None, details: Sequence[Any] = ()
) -> dict[str, Any]:
    """One entry of a change set."""
    resource = {"Action": action, "LogicalResourceId": name, "ResourceType": type_, "Details": list(details)}
    return {
        "Type": "Resource",
        "ResourceChange": resource | ({"Replacement": replacement} if replacement else {}),
    }


def detail(name: str, recreation: str, evaluation: str = "Static") -> dict[str, Any]:
    """Why CloudFormation changes a resource: one of its properties is another."""
    target = {"Attribute": "Properties", "Name": name, "RequiresRecreation": recreation}
    return {"Target": target, "Evaluation": evaluation, "ChangeSource": "DirectModification"}


def change_set(*changes: Mapping[str, Any]) -> dict[str, Any]:
    return {"Status": "CREATE_COMPLETE", "Changes": list(changes)}


CHANGES = change_set(change("Modify", "Worker", "AWS::Lambda::Function", "False"))

Moment = tuple[str, Sequence[Mapping[str, str]]]
"""The stack's status, and the events that were added since the moment before."""


def event(status: str, resource: str, reason: str = "") -> dict[str, str]:
    told = {"LogicalResourceId": resource, "ResourceType": "AWS::A::Thing", "ResourceStatus": status}
    return told | ({"ResourceStatusReason": reason} if reason else {})


class FakeCloudFormation:
    def __init__(
        self,
        before: Moment | None,
        moments: Sequence[Moment] = (),
        change_set: Mapping[str, Any] = CHANGES,
        described: Mapping[str, Any] | None = None,
        *,
        templates: tuple[Any, Any] | None = None,
        refusal: Exception | None = None,
        errors: Mapping[str, Exception] | None = None,
        execution: str = "",
    ) -> None:
        """`moments`: what is seen, look by look, once the operation has begun. `templates`: old and new.

        `refusal`: of the deletion of a change set, and of protecting the stack. `errors`: of other calls, by
        their names; what they ask for is done, since an answer may be lost on its way back. `execution`: what
        is said of the change set that was to be executed; nothing if that cannot be seen.
        """
        self._execution = execution
        self._errors = errors or {}
        self.tokens: list[str] = []
        self.called: list[str] = []
        self.tags: list[Mapping[str, str]] = []  # of the stack that was asked for
        self._described = described or {}
        self._now: Moment | None = before
        self._events = list(before[1]) if before else []
        self._moments = iter(moments)
        self._change_set = change_set
        self._templates = templates
        self._refusal = refusal

    def describe_stacks(self, **asked: str) -> dict[str, Any]:
        if {"execute_change_set", "delete_stack"} & set(self.called):
            self._answer("describe_stacks")  # while an operation is in progress
            deleted = "delete_stack" in self.called
            assert not deleted or asked["StackName"] == STACK_ID, "once deleted, it is found by its id only"
            self._now = next(self._moments)
            self._events += self._now[1]
        if self._now is None:
            error = {"Code": "ValidationError", "Message": "Stack with id gurukool does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        return {"Stacks": [{"StackId": STACK_ID, "StackStatus": self._now[0], **self._described}]}

    def create_change_set(self, **asked: Any) -> dict[str, str]:
        self.called.append(f"create_change_set {asked['ChangeSetType']}")
        self._now = self._now or ("REVIEW_IN_PROGRESS", [])
        self.tags = asked["Tags"]
        self._answer("create_change_set", asked["ClientToken"])
        return {"Id": "change-set", "StackId": STACK_ID}

    def describe_change_set(self, **_: str) -> Mapping[str, Any]:
        if "execute_change_set" not in self.called:
            return self._change_set
        if not self._execution:
            raise EndpointConnectionError(endpoint_url="https://cloudformation")
        return {**self._change_set, "ExecutionStatus": self._execution}

    def get_template(self, **asked: str) -> dict[str, Any]:
        assert self._templates, "nobody needs to compare templates"
        assert asked["TemplateStage"] == "Processed", "as it was uploaded, a template is that of Chalice"
        assert asked.get("StackName") == STACK_ID or asked.get("ChangeSetName") == "change-set"
        return {"TemplateBody": self._templates["ChangeSetName" in asked]}

    def execute_change_set(self, **asked: str) -> None:
        self.called.append("execute_change_set")
        self._answer("execute_change_set", asked["ClientRequestToken"])

    def _answer(self, call: str, token: str = "") -> None:
        self.tokens.append(token)
        if call in self._errors:
            raise self._errors[call]

    def delete_change_set(self, **asked: str) -> None:
        self.called.append("delete_change_set")
        assert not asked["StackName"].startswith("arn:"), "which is not known if an answer was lost"
        if self._refusal:
            raise self._refusal

    def delete_stack(self, **_: str) -> None:
        self.called.append("delete_stack")
        self._answer("delete_stack")

    def update_termination_protection(self, **asked: Any) -> None:
        self.called.append(f"protect {asked['EnableTerminationProtection']}")
        if self._refusal:
            raise self._refusal

    def get_paginator(self, operation: str) -> Any:
        pages = {
            "describe_stack_events": self._pages_of_events,
            "describe_change_set": self._pages_of_changes,
        }
        return SimpleNamespace(paginate=pages[operation])

    def _pages_of_changes(self, **_: str) -> Iterator[Mapping[str, Any]]:
        """One to a page."""
        for described in self._change_set["Changes"]:
            yield {**self._change_set, "Changes": [described]}

    def _pages_of_events(self, **_: str) -> Iterator[dict[str, Any]]:
        """Newest first, two to a page."""
        numbered = [{**entry, "EventId": str(number)} for number, entry in enumerate(self._events)][::-1]
        for first in range(0, len(numbered), 2):
            yield {"StackEvents": numbered[first : first + 2]}
