"""The variables of the functions are measured before anything is deployed."""

from pathlib import Path
from typing import Any

import pytest

from infra import parameters
from infra.apps import resources
from infra.errors import DeployError
from infra.evaluation import FUNCTION, Evaluation
from infra.target import Target
from infra.variables import MOST_BYTES, check, size_of
from tests.infra.documents import Document, environment

AWS = Target("ap-southeast-1")


def values(template: Document, given: dict[str, str]) -> dict[str, str]:
    return parameters.resolve(template["Parameters"], {}, given)


def variables(template: Document, function: str, given: dict[str, str]) -> dict[str, str]:
    return Evaluation(template, values(template, given), AWS.stack, AWS.region).variables(
        environment(template, function)
    )


def test_they_are_those_that_the_function_will_have(template: Document) -> None:
    found = variables(template, "APIHandler", {"QueueLimit": "7"})
    assert found["QUEUE_LIMIT"] == "7"
    assert found["STACK_NAME"] == "gurukool"
    assert found["QUEUES_TABLE"] == "gurukool-QueuesTable-XXXXXXXXXXXXX"
    assert found["WAKE_UPS_URL"] == (
        "https://sqs.ap-southeast-1.amazonaws.com/000000000000/gurukool-wake-ups.fifo"
    )
    assert "CALLBACK_WAKE_UPS_URL" not in found
    assert "CALLBACK_WAKE_UPS_URL" in variables(template, "APIHandler", {"CallbackHosts": "a.example"})
    checked, unchecked = (
        variables(template, "Worker", {"SyntheticCheck": check})["CODE_FINGERPRINT"]
        for check in ("rate(1 minute)", "off")
    )
    assert checked != unchecked
    assert checked.endswith("-off")  # of SampleHandlers


def test_every_function_has_room_by_default_and_with_everything_that_can_be_switched_on(
    template: Document,
) -> None:
    check(template, values(template, {}), AWS)
    switched_on = {
        "CallbackHosts": "*.example.com",
        "AllowedHosts": "*.example.com",
        "TypeIndex": "on",
        "Tracing": "on",
        "SyntheticCheck": "rate(5 minutes)",
        "UserRate": "600/min",
    }
    uploads = {"Uploads": "on"}  # packaged without them, the template refuses that
    check(template, values(template, switched_on) | uploads, Target("ap-southeast-1", "g" * 44))


def test_too_many_are_refused_with_the_longest_ones(template: Document) -> None:
    given = {"AllowedHosts": "a" * 2000, "CallbackHosts": "c" * 1000, "CorsOrigins": "o" * 500}
    with pytest.raises(DeployError) as raised:
        check(template, values(template, given), AWS)
    assert "of the function gurukool-api would have" in str(raised.value)
    assert "ALLOWED_HOSTS, CALLBACK_HOSTS, CORS_ORIGINS" in str(raised.value)


def small(text: str, **function: Any) -> Document:
    variables = {"Variables": {"A": text}}
    properties = {"FunctionName": "small", "Environment": variables}
    resource = {"Type": FUNCTION, "Properties": properties, **function}
    return {"Resources": {"Small": resource}, "Conditions": {"Off": {"Fn::Equals": ["a", "b"]}}}


QUEUE_URL = "https://sqs.ap-southeast-1.amazonaws.com/000000000000/"


@pytest.mark.parametrize(
    ("type_", "properties", "expected"),
    [
        ("SQS::Queue", "{}", f"{QUEUE_URL}gurukool-AppThing-XXXXXXXXXXXXX"),
        ("SQS::Queue", '{QueueName: !Sub "${AWS::StackName}-x"}', f"{QUEUE_URL}gurukool-x"),
        (
            "SQS::Queue",
            '{QueueName: !Sub ["${AWS::StackName}-${S}.${AWS::Region}", {S: !Ref Size, AWS::Region: fifo}]}',
            f"{QUEUE_URL}gurukool-7.fifo",
        ),
        ("SQS::Queue", '{QueueName: !Sub "${AWS::StackName}-${AWS::Partition}"}', f"{QUEUE_URL}gurukool-aws"),
        ("SQS::Queue", '{QueueName: !Sub "${AWS::StackName}-${AWS::StackId}"}', f"{QUEUE_URL}{'X' * 80}"),
        ("SQS::Queue", '{QueueName: !Join ["-", [!Sub "${AWS::StackName}", x]]}', f"{QUEUE_URL}{'X' * 80}"),
        ("SQS::Queue", '{QueueName: !If [Unknown, !Sub "${AWS::StackName}", x]}', f"{QUEUE_URL}{'X' * 80}"),
        ("SQS::Queue", '{QueueName: !Sub ["${AWS::StackName}"]}', f"{QUEUE_URL}{'X' * 80}"),
        ("SQS::Queue", '{QueueName: !If [[], !Sub "${AWS::StackName}", x]}', f"{QUEUE_URL}{'X' * 80}"),
        ("SQS::Queue", '{QueueName: !Ref [!Sub "${AWS::StackName}"]}', f"{QUEUE_URL}{'X' * 80}"),
        (
            "SNS::Topic",
            '{TopicName: !Sub "${AWS::StackName}-x"}',
            "arn:aws:sns:ap-southeast-1:000000000000:gurukool-x",
        ),
        ("S3::Bucket", '{BucketName: !Sub "${AWS::StackName}-${AWS::AccountId}"}', "gurukool-000000000000"),
        ("DynamoDB::Table", '{TableName: !Sub "${AWS::StackName}-x"}', "gurukool-x"),
        ("DynamoDB::Table", '{TableName: !Sub "${AWS::StackName}-${thing.Arn}"}', "X" * 255),
    ],
)
def test_a_name_that_an_application_gives_is_measured_or_has_the_greatest_length(
    tmp_path: Path, type_: str, properties: str, expected: str
) -> None:
    (tmp_path / resources.FILE).write_text(
        f"Resources: {{thing: {{Type: AWS::{type_}, Properties: {properties}}}}}"
    )
    template = {"Resources": resources.in_template(resources.read(tmp_path)), "Conditions": {}}
    evaluation = Evaluation(template, {"Size": "7"}, AWS.stack, AWS.region)
    assert evaluation.text({"Ref": "AppThing"}) == expected


def test_the_limit_is_met_exactly_in_bytes_of_json() -> None:
    room = MOST_BYTES - len('{"A":""}')
    check(small("a" * room), {}, AWS)
    check(small("\u00e9" * (room // 2)), {}, AWS)
    for text in ("a" * (room + 1), "\u00e9" * (room // 2 + 1), '"' * (room // 2 + 1)):
        assert size_of({"A": text}) > MOST_BYTES
        with pytest.raises(DeployError, match="The longest are A"):
            check(small(text), {}, AWS)


def test_a_function_that_is_not_made_is_not_measured() -> None:
    check(small("a" * MOST_BYTES, Condition="Off"), {}, AWS)
