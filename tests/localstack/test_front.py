"""What the API's port serves itself: the same events and answers as through LocalStack's own chain.

Each request goes to the port, and to the edge, where LocalStack's chain serves the same stage.
"""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from gurukool_localstack.http1.server import addresses
from local_cloud.emulator import Emulator
from local_cloud.environment import Account
from local_cloud.ports import HOST
from local_cloud.waiting import wait_until
from tests.free_ports import free_ports
from tests.localstack.cases import ANSWERS, EVENTS, answering
from tests.localstack.exchanges import Case, exchange
from tests.localstack.functions import Function, deploy
from tests.localstack.listeners import listening_addresses
from tests.localstack.rest_apis import create_api, get
from tests.patience import PATIENCE_S

NAME = "gurukool"
PREFIX = f"/_aws/execute-api/{NAME}/live"
# Answers with its event, or as the header X-Answer asks for.
MIRROR = """
    import json
    def handler(event, context):
        headers = {name.lower(): value for name, value in event["headers"].items()}
        wanted = headers.get("x-answer")
        if wanted == "raise":
            raise ValueError("no such luck")
        return json.loads(wanted) if wanted else {"statusCode": 200, "body": json.dumps(event)}
"""
METHODS = {
    "/": ["get", "head", "put", "post", "options"],
    "/things/{thing}": ["get"],
    "/things/known": ["get"],
    "/things/{thing}/parts/{part-id}": ["get"],
    "/all/{proxy+}": ["x-amazon-apigateway-any-method"],
}
GATEWAY_RESPONSES = {
    "DEFAULT_5XX": {
        "ResponseTemplates": {"application/json": '{"detail": "sorry", "path": "$context.resourcePath"}'}
    }
}
BINARY = ["image/png"]


@pytest.fixture(scope="module")
def emulator(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One for these tests only: in the others' the application itself may have the name and the port."""
    with Emulator(free_ports(), tmp_path_factory.mktemp("front"), account=Account(concurrency=2)) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def function(emulator: Emulator) -> Function:
    function = deploy(emulator, MIRROR)
    assert create_api(emulator, function, NAME, GATEWAY_RESPONSES, methods=METHODS, binary=BINARY) == NAME
    return function


@pytest.mark.parametrize("case", EVENTS + ANSWERS, ids=repr)
def test_a_request_is_served_as_by_the_emulators_own_chain(
    emulator: Emulator, function: Function, case: Case
) -> None:
    at_port = exchange(emulator.ports.api, "", case)
    assert at_port == exchange(emulator.ports.edge, PREFIX, case)


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"b=1&a=%20&a=+"),
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nodd\r\n--x--"),
    ],
)
def test_a_form_reaches_the_function_as_it_was_sent(
    emulator: Emulator, function: Function, method: str, kind: str, body: bytes
) -> None:
    """As on AWS, where a proxy integration gets the raw body. LocalStack encodes it anew, or loses it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    case = Case("/", method, (("Content-Type", kind),), body)
    assert exchange(emulator.ports.api, "", case)[2]["body"] == body.decode()


def test_text_of_a_binary_media_type_reaches_the_function_in_base64(
    emulator: Emulator, function: Function
) -> None:
    """As on AWS. LocalStack decides by the bytes.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
    """
    sent = exchange(emulator.ports.api, "", Case("/", "POST", (("Content-Type", BINARY[0]),), b"text"))[2]
    assert (sent["body"], sent["isBase64Encoded"]) == ("dGV4dA==", True)


def test_a_body_that_is_no_string_is_malformed(emulator: Emulator, function: Function) -> None:
    """As on AWS: 502. LocalStack answers with the names in it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    assert exchange(emulator.ports.api, "", answering({"body": {"a": 1}}))[0] == 502


def test_a_function_that_is_throttled(emulator: Emulator, function: Function) -> None:
    client = emulator.client("lambda")
    client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    at_port = exchange(emulator.ports.api, "", Case())
    assert at_port[0] == 500
    assert at_port == exchange(emulator.ports.edge, PREFIX, Case())
    client.delete_function_concurrency(FunctionName=function.name)


def test_an_account_that_runs_as_many_functions_as_it_may(emulator: Emulator, tmp_path: Path) -> None:
    function = deploy(
        emulator,
        f"""
        import pathlib, time
        notes = pathlib.Path({str(tmp_path)!r})
        def handler(event, context):
            (notes / event["name"]).touch()
            while not (notes / "end").exists():
                time.sleep(0.05)
        """,
        Timeout=60,
    )
    names = ["first", "second"]
    with ThreadPoolExecutor(len(names)) as threads:
        running = [threads.submit(function.invoke, name=name) for name in names]
        assert wait_until(lambda: all((tmp_path / name).exists() for name in names), PATIENCE_S)
        with pytest.raises(ClientError) as raised:
            function.invoke(name="third")
        (tmp_path / "end").touch()

    assert raised.value.response["Reason"] == "ConcurrentInvocationLimitExceeded"
    assert [call.result().error for call in running] == [None, None]
    function.delete()


@pytest.mark.parametrize("path", ["/", "/things/a%2Fb"])
def test_the_api_answers_at_the_root_of_its_port(emulator: Emulator, function: Function, path: str) -> None:
    answer = get(emulator.ports.api, path)
    assert answer.status == 200
    assert answer.json()["requestContext"]["path"] == f"/live{path}"


def test_a_page_that_the_api_served_may_call_it(emulator: Emulator, function: Function) -> None:
    assert get(emulator.ports.api, "/", {"Origin": emulator.api_url}).status == 200


def test_paths_of_the_emulator_stay_its_own(emulator: Emulator, function: Function) -> None:
    assert "services" in get(emulator.ports.api, "/_localstack/health").json()


def test_both_ports_can_be_reached_from_this_machine_only(emulator: Emulator) -> None:
    for port in (emulator.ports.api, emulator.ports.edge):
        assert listening_addresses(port) == set(addresses(HOST))


def test_both_ports_answer_under_each_address_that_localhost_may_be(
    emulator: Emulator, function: Function
) -> None:
    for host in addresses(HOST):
        for port, path in ((emulator.ports.api, "/"), (emulator.ports.edge, f"{PREFIX}/")):
            connection = http.client.HTTPConnection(host, port, timeout=30)
            connection.request("GET", path)
            assert connection.getresponse().status == 200
            connection.close()
