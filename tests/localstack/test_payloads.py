"""What Lambda takes and gives back: sizes, JSON and the client context, as on AWS."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_cloud.emulator import Emulator
from tests.localstack.functions import Function, deploy

MEGABYTE = 1024 * 1024
SOURCE = """
    import os
    def handler(event, context):
        if "bytes" in event:
            return "x" * event["bytes"]
        return {"pid": os.getpid(), "custom": context.client_context and context.client_context.custom}
"""


@pytest.fixture(scope="module")
def function(emulator: Emulator) -> Iterator[Function]:
    function = deploy(emulator, SOURCE)
    yield function
    function.delete()


def refusal(function: Function, **request: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as raised:
        function.client.invoke(FunctionName=function.name, **request)
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize(("kind", "megabytes"), [("RequestResponse", 6), ("Event", 1)])
def test_a_payload_that_is_too_large_is_refused(function: Function, kind: str, megabytes: int) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
    largest = json.dumps("x" * (megabytes * MEGABYTE - 2))

    assert refusal(function, InvocationType=kind, Payload=f"{largest} ") == (
        413,
        "RequestEntityTooLargeException",
    )


def test_a_result_that_is_too_large_is_an_error_of_the_function(function: Function) -> None:
    answer = function.invoke(bytes=6 * MEGABYTE + 99)

    assert answer.error == "Unhandled"
    assert answer.payload == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    }
    assert function.invoke().error is None


def test_a_result_of_the_largest_size_is_returned(function: Function) -> None:
    assert len(function.invoke(bytes=6 * MEGABYTE + 98).payload) == 6 * MEGABYTE + 98


def test_a_payload_that_is_no_json_does_not_reach_the_function(function: Function) -> None:
    assert refusal(function, Payload=b"{'a': 1}") == (400, "InvalidRequestContentException")


def test_a_function_gets_the_client_context(function: Function) -> None:
    context = base64.b64encode(json.dumps({"custom": {"colour": "green"}}).encode()).decode()

    answer = function.client.invoke(FunctionName=function.name, ClientContext=context)

    assert json.loads(answer["Payload"].read())["custom"] == {"colour": "green"}
    assert function.invoke().payload["custom"] is None


def test_a_client_context_that_is_no_json_is_refused(function: Function) -> None:
    assert refusal(function, ClientContext="nonsense") == (400, "InvalidRequestContentException")
