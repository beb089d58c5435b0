"""What the policies of a role allow, and the permissions that a call needs; AWS's own examples."""

from typing import Any

import pytest

from gurukool_localstack.iam.actions import Place, permissions
from gurukool_localstack.iam.policies import allow, for_principal

PLACE = Place("us-east-1", "000000000000")
ROLE = "arn:aws:iam::000000000000:role/Worker"
TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/Orders"


def statement(effect: str, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Action": action, "Resource": resource, **more}]}


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([], False),
        ([statement("Allow", "dynamodb:GetItem", TABLE)], True),
        ([statement("Allow", ["dynamodb:get*"], [TABLE])], True),
        ([statement("Allow", "*", "arn:aws:dynamodb:*:*:table/Order?")], True),
        ([statement("Allow", "dynamodb:GetItem", f"{TABLE}/index/*")], False),
        ([statement("Allow", "dynamodb:PutItem", "*")], False),
        ([statement("Allow", "*", "*"), statement("Deny", "dynamodb:*", TABLE)], False),
        ([statement("Allow", "*", "*"), statement("Deny", "dynamodb:*", f"{TABLE}s")], True),
        ([{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::*"}}], True),
        ([{"Statement": {"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}}], False),
    ],
)
def test_a_policy_allows_what_it_names_and_nothing_denies(policies: Any, expected: object) -> None:
    assert allow(policies, "dynamodb:GetItem", TABLE) is expected


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", True),
        ({"AWS": ROLE}, True),
        ({"AWS": [ROLE]}, True),
        ({"AWS": f"{ROLE}s"}, False),
        (None, False),
    ],
)
def test_the_policy_of_a_resource_is_about_its_principals(principal: Any, expected: object) -> None:
    policy = statement("Allow", "dynamodb:GetItem", TABLE, Principal=principal)
    assert allow([for_principal(policy, ROLE)], "dynamodb:GetItem", TABLE) is expected


def test_a_resource_that_is_not_known_fits_every_statement() -> None:
    policies = [statement("Allow", "kms:Decrypt", "arn:aws:kms:us-east-1:000000000000:key/1")]
    assert allow(policies, "kms:Decrypt", None)
    assert not allow(policies, "kms:Encrypt", None)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            ("dynamodb", "Query", {"TableName": "Orders", "IndexName": "day"}),
            {("dynamodb:Query", f"{TABLE}/index/day")},
        ),
        (
            (
                "dynamodb",
                "TransactWriteItems",
                {
                    "TransactItems": [
                        {"Put": {"TableName": "Orders"}},
                        {"ConditionCheck": {"TableName": TABLE}},
                    ]
                },
            ),
            {("dynamodb:PutItem", TABLE), ("dynamodb:ConditionCheckItem", TABLE)},
        ),
        (("dynamodb", "BatchGetItem", {"RequestItems": {"Orders": {}}}), {("dynamodb:BatchGetItem", TABLE)}),
        (
            ("sqs", "SendMessageBatch", {"QueueUrl": "http://127.0.0.1:4566/000000000000/jobs.fifo"}),
            {("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:jobs.fifo")},
        ),
        (
            ("lambda", "Invoke", {"FunctionName": "greet"}),
            {("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:000000000000:function:greet")},
        ),
        (
            ("s3", "HeadObject", {"Bucket": "files", "Key": "a/b"}),
            {("s3:GetObject", "arn:aws:s3:::files/a/b")},
        ),
        (("s3", "ListObjectsV2", {"Bucket": "files"}), {("s3:ListBucket", "arn:aws:s3:::files")}),
        (
            ("secretsmanager", "GetSecretValue", {"SecretId": "key"}),
            {
                (
                    "secretsmanager:GetSecretValue",
                    "arn:aws:secretsmanager:us-east-1:000000000000:secret:key-??????",
                )
            },
        ),
        (("sts", "GetCallerIdentity", {}), set()),
        (("kms", "Decrypt", {"KeyId": "1"}), {("kms:Decrypt", None)}),
    ],
)
def test_the_permissions_of_a_call(call: tuple[str, str, Any], expected: Any) -> None:
    service, operation, request = call
    assert permissions(service, operation, request, PLACE) == expected
