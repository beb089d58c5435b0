"""The part of a template that is kept."""

from typing import Any

from gurukool_localstack.kept.pruning import literal, pruned

MADE: dict[str, Any] = {"Table": {"Properties": {"TableName": "stack-Table-1", "Key": "arn:key", "Size": 5}}}


def template(**properties: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Size": {"Type": "Number"}},
        "Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table", "DependsOn": "Key", "Properties": properties},
            "Key": {"Type": "AWS::KMS::Key"},
        },
        "Outputs": {"Key": {"Value": {"Ref": "Key"}}},
    }


def test_what_was_made_stays_with_its_references_to_parameters() -> None:
    assert pruned(template(Size={"Ref": "Size"}), MADE) == {
        "Parameters": {"Size": {"Type": "Number"}},
        "Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"Size": {"Ref": "Size"}}}},
    }


def test_a_reference_to_what_is_gone_is_replaced_by_its_value() -> None:
    for reference in (
        {"Ref": "Key"},
        {"Fn::GetAtt": ["Key", "Arn"]},
        {"Fn::GetAtt": "Key.Arn"},
        {"Fn::Sub": "${Key.Arn}"},
        {"Fn::Sub": ["${Key}", {}]},
        {"Fn::If": ["Encrypted", {"Ref": "Key"}, {"Ref": "AWS::NoValue"}]},
    ):
        table = pruned(template(Key=reference), MADE)["Resources"]["Table"]
        assert table["Properties"] == {"Key": "arn:key"}


def test_a_resource_that_the_template_does_not_have_is_forgotten() -> None:
    assert pruned({"Resources": {}}, MADE) == {"Resources": {}}


def test_what_was_made_under_a_condition_has_none_any_more() -> None:
    """The kept template may not have the condition, or other parameters by which it does not hold."""
    condition = {"Fn::If": ["IsLarge", 5, 1]}
    properties = {"Size": condition, "Key": "arn:key", "Stream": condition}
    described = {"Type": "AWS::DynamoDB::Table", "Condition": "HasTable", "Properties": properties}
    assert literal(described, MADE["Table"]) == {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {"Size": 5, "Key": "arn:key"},
    }
