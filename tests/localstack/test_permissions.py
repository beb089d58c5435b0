"""A local cloud that refuses what the roles of the functions do not allow."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local_cloud import deployment
from local_cloud.api_client import Api
from local_cloud.emulator import Emulator
from local_cloud.environment import Account
from local_cloud.settings import Settings
from tests.e2e.uploading import send_uploaded
from tests.e2e.users import User, outcome_of, sign_up
from tests.free_ports import free_ports
from tests.localstack.functions import deploy

ROLE = "a-role-of-a-function"
CALLER = """
    import boto3
    def handler(event, context):
        client = boto3.client(event["service"])
        try:
            getattr(client, event["operation"])(**event["request"])
        except client.exceptions.ClientError as error:
            return error.response["Error"]
"""


@pytest.fixture(scope="module")
def emulator(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    account = Account(permissions="enforce")
    with Emulator(free_ports(), tmp_path_factory.mktemp("enforcing"), account=account) as emulator:
        yield emulator


def test_the_application_may_do_all_that_it_does(emulator: Emulator) -> None:
    deployment.deploy(emulator, Settings(choices={"UPLOADS": "on"}), print)
    with Api(emulator.api_url) as api:
        user, other = sign_up(api), sign_up(api)
        _use(user)
        assert outcome_of(other, other.session.enqueue("echo", {})["seq"])["status"] == "succeeded"

    assert emulator.refused_calls() == []


def _use(user: User) -> None:
    numbers = [
        user.session.enqueue("echo", {"text": "x" * 2_000})["seq"],
        user.session.enqueue("sleep", {"seconds": 1})["seq"],
        user.session.enqueue("fail", {})["seq"],
        send_uploaded(user, "echo", b'{"uploaded": true}'),
    ]
    assert [outcome_of(user, seq)["status"] for seq in numbers] == ["succeeded"] * 4
    assert user.session.dequeue()


def test_a_call_that_the_role_does_not_allow_is_refused(emulator: Emulator) -> None:
    iam, queue = emulator.client("iam"), "arn:aws:sqs:us-east-1:000000000000:allowed"
    trust = {"Version": "2012-10-17", "Statement": []}
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=ROLE, PolicyName="queue", PolicyDocument=json.dumps(policy))
    sqs = emulator.client("sqs")
    allowed, other, open_ = (
        sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("allowed", "other", "open")
    )
    own = {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "sqs:SendMessage", "Resource": "*"}
    sqs.set_queue_attributes(QueueUrl=open_, Attributes={"Policy": json.dumps({"Statement": [own]})})
    function = deploy(emulator, CALLER, Role=role)

    def error(service: str, operation: str, **request: Any) -> str | None:
        answer = function.invoke(service=service, operation=operation, request=request)
        return answer.payload and str(answer.payload["Code"])

    assert error("sqs", "send_message", QueueUrl=allowed, MessageBody="1") is None
    assert error("sqs", "send_message", QueueUrl=other, MessageBody="1") == "AccessDenied"
    assert error("sqs", "send_message", QueueUrl=open_, MessageBody="1") is None
    assert error("dynamodb", "get_item", TableName="t", Key={"id": {"S": "1"}}) == "AccessDeniedException"
    assert error("sts", "get_caller_identity") is None
    assert {(each["role"], each["action"]) for each in emulator.refused_calls()} == {
        (ROLE, "sqs:SendMessage"),
        (ROLE, "dynamodb:GetItem"),
    }
