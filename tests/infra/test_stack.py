"""What a person is told while a stack is changed, and why it failed."""

import pytest

from infra.errors import DeployError
from infra.stack import Stack
from tests.infra.fakes import FakeCloudFormation, event

NOTHING = {
    "Status": "FAILED",
    "Changes": [],
    "StatusReason": "The submitted information didn't contain changes.",
}
REFUSED = {"Status": "FAILED", "Changes": [], "StatusReason": "Circular dependency between resources: [A, B]"}


class Told(list[str]):
    """The lines that were reported."""


def stack(cloudformation: FakeCloudFormation, told: Told) -> Stack:
    return Stack(cloudformation, "gurukool", told.append, pause=lambda: None)


def test_each_resource_is_told_once_when_it_is_done() -> None:
    cloudformation = FakeCloudFormation(
        None,
        [
            ("CREATE_IN_PROGRESS", [event("CREATE_IN_PROGRESS", "Queue")]),
            ("CREATE_IN_PROGRESS", [event("CREATE_COMPLETE", "Queue"), event("CREATE_IN_PROGRESS", "Table")]),
            ("CREATE_COMPLETE", [event("CREATE_COMPLETE", "Table")]),
        ],
    )
    stack(cloudformation, told := Told()).apply("https://template", {})
    assert told == ["created Queue (AWS::A::Thing)", "created Table (AWS::A::Thing)"]
    assert cloudformation.called == ["create_change_set CREATE", "execute_change_set"]


def test_an_update_does_not_tell_what_happened_before() -> None:
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", [event("CREATE_COMPLETE", "Queue")] * 3),
        [("UPDATE_COMPLETE", [event("UPDATE_COMPLETE", "Table")])],
    )
    stack(cloudformation, told := Told()).apply("https://template", {})
    assert told == ["updated Table (AWS::A::Thing)"]
    assert cloudformation.called == ["create_change_set UPDATE", "execute_change_set"]


def test_a_failure_gives_the_reasons_and_not_what_was_cancelled_for_them() -> None:
    cloudformation = FakeCloudFormation(
        None,
        [
            ("CREATE_IN_PROGRESS", [event("CREATE_FAILED", "Table", "The table has no key.")]),
            ("ROLLBACK_COMPLETE", [event("CREATE_FAILED", "Queue", "Resource creation cancelled")]),
        ],
    )
    with pytest.raises(DeployError) as raised:
        stack(cloudformation, told := Told()).apply("https://template", {})
    assert str(raised.value) == (
        "The stack gurukool is ROLLBACK_COMPLETE:\n  Table (AWS::A::Thing): The table has no key."
    )
    assert told == ["FAILED Table (AWS::A::Thing): The table has no key."]


def test_no_change_is_said_and_nothing_is_executed() -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), change_set=NOTHING)
    stack(cloudformation, told := Told()).apply("https://template", {})
    assert told == ["No resource has changed."]
    assert cloudformation.called == ["create_change_set UPDATE", "delete_change_set"]


def test_a_refused_template_gives_the_reason() -> None:
    cloudformation = FakeCloudFormation(None, change_set=REFUSED)
    with pytest.raises(DeployError, match="Circular dependency"):
        stack(cloudformation, Told()).apply("https://template", {})


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"])
def test_the_remains_of_a_failure_must_be_deleted_first(status: str) -> None:
    cloudformation = FakeCloudFormation((status, []))
    with pytest.raises(DeployError, match="--delete"):
        stack(cloudformation, Told()).apply("https://template", {})
    assert cloudformation.called == []


def test_a_stack_whose_first_change_set_was_never_executed_is_created() -> None:
    cloudformation = FakeCloudFormation(("REVIEW_IN_PROGRESS", []), [("CREATE_COMPLETE", [])])
    stack(cloudformation, Told()).apply("https://template", {})
    assert cloudformation.called[0] == "create_change_set CREATE"


def test_deleting_follows_the_stack_to_its_end() -> None:
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", []),
        [("DELETE_IN_PROGRESS", []), ("DELETE_COMPLETE", [event("DELETE_COMPLETE", "Queue")])],
    )
    stack(cloudformation, told := Told()).delete()
    assert told == ["deleted Queue (AWS::A::Thing)"]


def test_deleting_what_is_not_there_says_so() -> None:
    stack(FakeCloudFormation(None), told := Told()).delete()
    assert told == ["There is no stack gurukool."]
