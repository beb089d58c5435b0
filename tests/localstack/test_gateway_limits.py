"""API Gateway's limits for a method with a function behind it, with AWS's answers."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import Function, deploy
from tests.localstack.rest_apis import Answer, create_api, get
from tests.patience import PATIENCE_S

MEGABYTE = 1024 * 1024
SOURCE = """
    import pathlib, time
    def handler(event, context):
        query = event["queryStringParameters"] or {}
        if "notes" in query:
            notes = pathlib.Path(query["notes"])
            while not (notes / "go on").exists():
                time.sleep(0.05)
            (notes / "ended").touch()
        return {"statusCode": 200, "body": "x" * int(query.get("bytes", "2"))}
"""
METHODS = {"/": ["get", "post"], "/rare": ["get", "post"], "/things/{thing}": ["get"]}
GATEWAY_RESPONSES = {
    "THROTTLED": {"ResponseParameters": {"Headers": {"Retry-After": "'1'"}}},
}
SETTINGS: list[dict[str, Any]] = [
    {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 1000, "ThrottlingBurstLimit": 1000},
    # The rate is low enough that no slow machine sees a second token.
    *(
        {
            "ResourcePath": path,
            "HttpMethod": "GET",
            "ThrottlingRateLimit": 0.001,
            "ThrottlingBurstLimit": 2,
        }
        for path in ("/~1rare", "/~1things~1{thing}")
    ),
]

type Send = Callable[..., Answer]


@pytest.fixture(scope="module")
def function(emulator: Emulator) -> Iterator[Function]:
    function = deploy(emulator, SOURCE, Timeout=60)
    yield function
    function.delete()


@pytest.fixture(scope="module")
def send(emulator: Emulator, function: Function) -> Send:
    """Sends a request to an API with limits, at the emulator's edge."""
    api = create_api(emulator, function, "limited-api", GATEWAY_RESPONSES, methods=METHODS, settings=SETTINGS)
    return sender(emulator, api)


@pytest.fixture
def send_impatiently(emulator: Emulator, function: Function) -> Send:
    """Sends a request to an API that waits for its function for one second."""
    return sender(emulator, create_api(emulator, function, "impatient-api", {}, milliseconds=1000))


def sender(emulator: Emulator, api: str) -> Send:
    return lambda path, **options: get(emulator.ports.edge, f"/_aws/execute-api/{api}/live{path}", **options)


def test_a_function_that_takes_longer_than_its_integration_goes_on_alone(
    send_impatiently: Send, tmp_path: Path
) -> None:
    began = time.monotonic()

    answer = send_impatiently(f"/?notes={tmp_path}")

    assert (answer.status, answer.json()) == (504, {"message": "Endpoint request timed out"})
    assert 1 <= time.monotonic() - began < 20  # by default it would be 29 s
    (tmp_path / "go on").touch()
    assert wait_until((tmp_path / "ended").exists, PATIENCE_S)


def test_a_request_that_is_too_large_for_a_function(send: Send) -> None:
    answer = send("/", method="POST", body=b"x" * (6 * MEGABYTE))
    assert (answer.status, answer.json()) == (413, {"message": "Request Too Long"})


def test_an_answer_that_is_too_large_for_a_function(send: Send) -> None:
    answer = send(f"/?bytes={6 * MEGABYTE + 100}")
    assert (answer.status, answer.json()) == (502, {"message": "Internal server error"})


@pytest.mark.parametrize("paths", [["/rare"] * 3, ["/things/1", "/things/2", "/things/3"]])
def test_a_method_has_its_own_throttling(send: Send, paths: list[str]) -> None:
    answers = [send(path) for path in paths]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[-1].json() == {"message": "Too Many Requests"}
    assert answers[-1].headers["retry-after"] == "1"


def test_other_methods_of_its_path_are_not_throttled_with_it(send: Send) -> None:
    assert [send("/rare", method="POST").status for _ in range(3)] == [200] * 3
