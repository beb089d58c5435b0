"""A CloudFormation that plays one operation on one stack."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

STACK_ID = "arn:aws:cloudformation:us-east-1:000000000000:stack/gurukool/1"
CHANGES = {"Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource"}]}

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
    ) -> None:
        """`moments`: what is seen, look by look, once the operation has begun."""
        self.called: list[str] = []
        self._now: Moment | None = before
        self._events = list(before[1]) if before else []
        self._moments = iter(moments)
        self._change_set = change_set

    def describe_stacks(self, **asked: str) -> dict[str, Any]:
        if {"execute_change_set", "delete_stack"} & set(self.called):
            assert asked["StackName"] == STACK_ID, "a stack that is deleted is found by its id only"
            self._now = next(self._moments)
            self._events += self._now[1]
        if self._now is None:
            error = {"Code": "ValidationError", "Message": "Stack with id gurukool does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")
        return {"Stacks": [{"StackId": STACK_ID, "StackStatus": self._now[0]}]}

    def create_change_set(self, **asked: Any) -> dict[str, str]:
        self.called.append(f"create_change_set {asked['ChangeSetType']}")
        return {"Id": "change-set", "StackId": STACK_ID}

    def describe_change_set(self, **_: str) -> Mapping[str, Any]:
        return self._change_set

    def execute_change_set(self, **_: str) -> None:
        self.called.append("execute_change_set")

    def delete_change_set(self, **_: str) -> None:
        self.called.append("delete_change_set")

    def delete_stack(self, **_: str) -> None:
        self.called.append("delete_stack")

    def get_paginator(self, operation: str) -> "FakeCloudFormation":
        assert operation == "describe_stack_events"
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        """Newest first, two to a page."""
        numbered = [{**entry, "EventId": str(number)} for number, entry in enumerate(self._events)][::-1]
        for first in range(0, len(numbered), 2):
            yield {"StackEvents": numbered[first : first + 2]}
