"""What a person is told while a stack is changed, and why it failed."""

import pytest
from botocore.exceptions import ClientError

from infra import events
from infra.errors import DeployError
from infra.stack import Stack, Wanted
from tests.infra.fakes import FakeCloudFormation, change, change_set, event

WANTED = Wanted("https://template")
CAREFULLY = Wanted("https://template", replaceable=())

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


@pytest.mark.parametrize(("seconds", "lines_at_each_pause"), [(0.0, [0, 1]), (60.0, [0, 0])])
def test_each_resource_is_told_once_when_it_is_done_at_the_latest_at_the_end(
    monkeypatch: pytest.MonkeyPatch, seconds: float, lines_at_each_pause: list[int]
) -> None:
    cloudformation = FakeCloudFormation(
        None,
        [
            ("CREATE_IN_PROGRESS", [event("CREATE_IN_PROGRESS", "Queue")]),
            ("CREATE_IN_PROGRESS", [event("CREATE_COMPLETE", "Queue"), event("CREATE_IN_PROGRESS", "Table")]),
            ("CREATE_COMPLETE", [event("CREATE_COMPLETE", "Table")]),
        ],
    )
    monkeypatch.setattr(events, "SECONDS_BETWEEN_LOOKS", seconds)
    told, lines = Told(), list[int]()
    Stack(cloudformation, "gurukool", told.append, lambda: lines.append(len(told))).apply(WANTED)
    assert told == ["created Queue (AWS::A::Thing)", "created Table (AWS::A::Thing)"]
    assert lines == lines_at_each_pause
    assert cloudformation.called == ["create_change_set CREATE", "execute_change_set"]


def test_an_update_does_not_tell_what_happened_before() -> None:
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", [event("CREATE_COMPLETE", "Queue")] * 3),
        [("UPDATE_COMPLETE", [event("UPDATE_COMPLETE", "Table")])],
    )
    stack(cloudformation, told := Told()).apply(WANTED)
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
        stack(cloudformation, told := Told()).apply(WANTED)
    assert str(raised.value) == (
        "The stack gurukool is ROLLBACK_COMPLETE:\n  Table (AWS::A::Thing): The table has no key."
    )
    assert told == ["FAILED Table (AWS::A::Thing): The table has no key."]


def test_no_change_is_said_and_nothing_is_executed() -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), change_set=NOTHING)
    stack(cloudformation, told := Told()).apply(WANTED)
    assert told == ["No resource has changed."]
    assert cloudformation.called == ["create_change_set UPDATE", "delete_change_set"]


def test_a_refused_template_gives_the_reason() -> None:
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), change_set=REFUSED)
    with pytest.raises(DeployError, match="Circular dependency"):
        stack(cloudformation, Told()).apply(WANTED)
    assert cloudformation.called == ["create_change_set UPDATE", "delete_change_set"]


def test_of_a_refused_template_of_a_new_stack_nothing_is_left() -> None:
    cloudformation = FakeCloudFormation(None, [("DELETE_IN_PROGRESS", []), ("DELETE_COMPLETE", [])], REFUSED)
    with pytest.raises(DeployError, match="Circular dependency"):
        stack(cloudformation, Told()).apply(WANTED)
    assert cloudformation.called == ["create_change_set CREATE", "delete_stack"]


def test_of_a_plan_of_a_new_stack_nothing_is_left() -> None:
    cloudformation = FakeCloudFormation(None, [("DELETE_COMPLETE", [])], change_set(change("Add", "A", "B")))
    stack(cloudformation, told := Told()).plan(CAREFULLY)
    assert told == ["create A (B)"]
    assert cloudformation.called == ["create_change_set CREATE", "delete_stack"]


def test_an_empty_stack_that_somebody_else_has_made_stays_after_a_plan() -> None:
    cloudformation = FakeCloudFormation(
        ("REVIEW_IN_PROGRESS", []), change_set=change_set(change("Add", "A", "B"))
    )
    stack(cloudformation, Told()).plan(CAREFULLY)
    assert cloudformation.called == ["create_change_set CREATE", "delete_change_set"]


def test_an_empty_stack_can_be_deleted() -> None:
    cloudformation = FakeCloudFormation(("REVIEW_IN_PROGRESS", []), [("DELETE_COMPLETE", [])])
    stack(cloudformation, Told()).delete()
    assert cloudformation.called == ["delete_stack"]


def test_a_change_set_that_cannot_be_deleted_is_told_and_does_not_hide_the_reason() -> None:
    error = {"Code": "AccessDenied", "Message": "Not you."}
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", []),
        change_set=change_set(change("Remove", "Thing", "AWS::SQS::Queue")),
        refusal=ClientError({"Error": error}, "DeleteChangeSet"),
    )
    with pytest.raises(DeployError, match="DELETE Thing"):
        stack(cloudformation, told := Told()).apply(CAREFULLY)
    (line,) = told
    assert line.startswith("Delete the change set change-set, since this program could not: ")
    assert line.endswith("(AccessDenied) when calling the DeleteChangeSet operation: Not you.")


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"])
def test_the_remains_of_a_failure_must_be_deleted_first(status: str) -> None:
    cloudformation = FakeCloudFormation((status, []))
    with pytest.raises(DeployError, match="--delete"):
        stack(cloudformation, Told()).apply(WANTED)
    assert cloudformation.called == []


def test_an_update_that_could_not_be_taken_back_is_finished_rather_than_deleted() -> None:
    cloudformation = FakeCloudFormation(("UPDATE_ROLLBACK_FAILED", []))
    with pytest.raises(
        DeployError, match=r"Do not delete it.*continue-update-rollback --stack-name gurukool"
    ):
        stack(cloudformation, Told()).apply(WANTED)
    assert cloudformation.called == []


@pytest.mark.parametrize(
    ("type_", "action", "replacement", "told"),
    [
        ("AWS::DynamoDB::Table", "Modify", "True", "REPLACE Thing (AWS::DynamoDB::Table)"),
        ("AWS::DynamoDB::Table", "Modify", "Conditional", "perhaps REPLACE Thing"),
        ("AWS::DynamoDB::Table", "Remove", None, "DELETE Thing (AWS::DynamoDB::Table)"),
        ("AWS::SecretsManager::Secret", "Modify", "True", "REPLACE Thing"),
        ("AWS::SQS::Queue", "Remove", None, "DELETE Thing"),
        ("AWS::ApiGateway::RestApi", "Modify", "True", "REPLACE Thing"),
    ],
)
def test_what_holds_something_is_not_replaced_or_removed_by_accident(
    type_: str, action: str, replacement: str | None, told: str
) -> None:
    changes = change_set(change("Add", "Other", type_), change(action, "Thing", type_, replacement))
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), change_set=changes)
    with pytest.raises(DeployError) as raised:
        stack(cloudformation, Told()).apply(CAREFULLY)
    assert told in str(raised.value)
    assert "Other" not in str(raised.value)
    assert cloudformation.called == ["create_change_set UPDATE", "delete_change_set"]


@pytest.mark.parametrize(
    ("type_", "replacement", "allowed"),
    [
        ("AWS::DynamoDB::Table", "False", ()),
        ("AWS::DynamoDB::Table", "True", ("Thing",)),
        ("AWS::Lambda::LayerVersion", "True", ()),  # it holds nothing
    ],
)
def test_other_changes_are_executed(type_: str, replacement: str, allowed: tuple[str, ...]) -> None:
    changes = change_set(change("Modify", "Thing", type_, replacement))
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), [("UPDATE_COMPLETE", [])], changes)
    stack(cloudformation, Told()).apply(Wanted("https://template", replaceable=allowed))
    assert "execute_change_set" in cloudformation.called


def test_a_plan_tells_every_change_and_executes_none() -> None:
    changes = change_set(
        change("Add", "A", "AWS::SQS::Queue"),
        change("Modify", "B", "AWS::DynamoDB::Table", "True"),
        change("Remove", "C", "AWS::IAM::Role"),
    )
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), change_set=changes)
    stack(cloudformation, told := Told()).plan(CAREFULLY)
    assert told == [
        "create A (AWS::SQS::Queue)",
        "REPLACE B (AWS::DynamoDB::Table)",
        "DELETE C (AWS::IAM::Role)",
    ]
    assert cloudformation.called == ["create_change_set UPDATE", "delete_change_set"]


def test_tags_are_added_to_those_that_the_stack_has() -> None:
    described = {"Tags": [{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "1"}]}
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", []), [("UPDATE_COMPLETE", [])], described=described
    )
    stack(cloudformation, Told()).apply(Wanted("https://template", tags={"cost": "2"}))
    assert cloudformation.tags == [{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "2"}]


def test_an_explicit_delete_lifts_the_protection() -> None:
    cloudformation = FakeCloudFormation(
        ("CREATE_COMPLETE", []),
        [("DELETE_COMPLETE", [])],
        described={"EnableTerminationProtection": True},
    )
    stack(cloudformation, Told()).delete()
    assert cloudformation.called == ["protect False", "delete_stack"]


def test_a_stack_whose_first_change_set_was_never_executed_is_created() -> None:
    cloudformation = FakeCloudFormation(("REVIEW_IN_PROGRESS", []), [("CREATE_COMPLETE", [])])
    stack(cloudformation, Told()).apply(WANTED)
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
