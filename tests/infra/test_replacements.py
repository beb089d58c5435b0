"""Which changes of tables destroy nothing, although CloudFormation says that they may."""

from copy import deepcopy
from typing import Any

import pytest

from infra import key_types, template
from infra.change_set import IRREPLACEABLE, MADE_AGAIN
from infra.errors import DeployError
from infra.stack import Stack, Wanted
from tests.infra.fakes import FakeCloudFormation, change, change_set, detail

TABLE = "RequestsTable"
KEY_TYPES = detail("AttributeDefinitions", "Conditionally")
INDEXES = detail("GlobalSecondaryIndexes", "Never")


def attribute(name: Any, type_: Any = "S") -> dict[str, Any]:
    return {"AttributeName": name, "AttributeType": type_}


def only_if(*branches: Any) -> dict[str, Any]:
    return {"Fn::If": ["HasTypeIndex", *branches]}


def defining(*definitions: Any) -> dict[str, Any]:
    """A template whose table has these attributes in its keys."""
    properties = {"AttributeDefinitions": list(definitions)}
    return {"Resources": {TABLE: {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}


BEFORE = defining(attribute("user_id"), attribute("seq", "N"))
NEW_INDEX = defining(attribute("user_id"), attribute("seq", "N"), attribute("typed"))
OTHER_TYPE = defining(attribute("user_id"), attribute("seq", "S"))


def updated(after: Any, *details: Any, allowed: tuple[str, ...] = ()) -> tuple[str, list[str]]:
    """What a plan tells of the table, and what an update with the same change set calls."""
    changes = change_set(change("Modify", TABLE, "AWS::DynamoDB::Table", "Conditional", details))
    told: list[str] = []
    wanted = Wanted("https://template", replaceable=allowed)

    def stack(moments: Any = ()) -> tuple[Stack, FakeCloudFormation]:
        described = "CREATE_COMPLETE", list[Any]()
        cloudformation = FakeCloudFormation(described, moments, changes, templates=(BEFORE, after))
        return Stack(cloudformation, "gurukool", told.append, lambda: None), cloudformation

    stack()[0].plan(wanted)
    (plan,) = told
    applying, cloudformation = stack([("UPDATE_COMPLETE", [])])
    applying.apply(wanted)
    return plan, cloudformation.called


def test_a_table_may_get_an_index() -> None:
    plan, called = updated(NEW_INDEX, KEY_TYPES, INDEXES)
    assert plan == "update RequestsTable (AWS::DynamoDB::Table)"
    assert called == ["create_change_set UPDATE", "execute_change_set"]


@pytest.mark.parametrize(
    ("after", "details"),
    [
        (OTHER_TYPE, [KEY_TYPES]),
        (NEW_INDEX, [KEY_TYPES, INDEXES, detail("KeySchema", "Conditionally")]),
        (NEW_INDEX, [KEY_TYPES, detail("TableName", "Always", "Dynamic")]),
        (NEW_INDEX, [INDEXES]),  # then nobody knows why it may be replaced
    ],
)
def test_another_type_of_a_key_or_another_reason_is_refused(after: Any, details: list[Any]) -> None:
    with pytest.raises(DeployError, match="perhaps REPLACE RequestsTable"):
        updated(after, *details)
    assert "execute_change_set" in updated(after, *details, allowed=(TABLE,))[1]


@pytest.mark.parametrize(
    ("before", "after", "stay"),
    [
        (BEFORE, NEW_INDEX, True),
        (NEW_INDEX, BEFORE, True),
        (
            BEFORE,
            defining(attribute("user_id"), attribute("seq", "N"), only_if(attribute("typed"), "x")),
            False,
        ),
        (
            BEFORE,
            defining(
                attribute("user_id"),
                attribute("seq", "N"),
                only_if(attribute("typed"), {"Ref": "AWS::NoValue"}),
            ),
            True,
        ),
        (
            BEFORE,
            defining(only_if([attribute("user_id"), attribute("seq", "N")], [attribute("user_id")])),
            True,
        ),
        (BEFORE, defining(only_if(attribute("seq", "N"), attribute("seq", "S"))), False),
        (BEFORE, OTHER_TYPE, False),
        (BEFORE, defining(attribute("user_id"), attribute("seq", {"Ref": "Type"})), False),
        (BEFORE, defining(attribute({"Ref": "Name"})), False),
        (BEFORE, defining({"Fn::FindInMap": ["a", "b", "c"]}), False),
        (BEFORE, {"Resources": {}}, False),
    ],
)
def test_types_of_keys_stay_if_no_attribute_of_both_gets_another(before: Any, after: Any, stay: bool) -> None:
    assert key_types.stay(before, after, TABLE) is stay


def test_types_stay_in_our_own_template_when_an_index_is_added_to_any_table() -> None:
    after = template.load()
    before = deepcopy(after)
    tables = [name for name, of in after["Resources"].items() if of.get("Type") == "AWS::DynamoDB::Table"]
    for table in tables:
        before["Resources"][table]["Properties"]["AttributeDefinitions"].pop()
        assert key_types.stay(before, after, table)
        assert key_types.stay(after, before, table)
    assert TABLE in tables


def test_what_a_parameter_switches_off_can_be_made_again() -> None:
    """Or its removal needs the operator's word, since something is lost with it."""
    asked_for = {"UploadsBucket"}
    resources = template.load()["Resources"]
    held = {name for name, of in resources.items() if "Condition" in of and of.get("Type") in IRREPLACEABLE}
    assert held == MADE_AGAIN | asked_for


@pytest.mark.parametrize("name", sorted(MADE_AGAIN))
def test_the_check_and_callbacks_can_be_switched_off(name: str) -> None:
    type_ = template.load()["Resources"][name]["Type"]
    changes = change_set(change("Remove", name, type_))
    cloudformation = FakeCloudFormation(("CREATE_COMPLETE", []), [("UPDATE_COMPLETE", [])], changes)
    wanted = Wanted("https://template", replaceable=())
    Stack(cloudformation, "gurukool", lambda line: None, lambda: None).apply(wanted)
    assert cloudformation.called == ["create_change_set UPDATE", "execute_change_set"]
