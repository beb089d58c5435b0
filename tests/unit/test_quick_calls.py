"""Quick calls and botocore's own: the same requests, the same results, the same errors, the same retries."""

import json
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.session import get_session

from chalicelib.adapters.aws.quick_calls import quicken
from chalicelib.adapters.aws.signature import Signer
from tests.unit.canned_server import HANG_UP, CannedServer, answer, serving

CONFIG = Config(
    parameter_validation=False,
    read_timeout=5,
    retries={"total_max_attempts": 3, "mode": "standard"},
)
KEY = {"TableName": "queues", "Key": {"user_id": {"S": "ada"}}}
MESSAGE = {"QueueUrl": "http://x/q.fifo", "MessageBody": "{}", "MessageGroupId": "ada"}
ITEM = b'{"Item":{"seq":{"N":"7"},"name":{"S":"\\u00fc \\"B\\":"}},"ConsumedCapacity":{"CapacityUnits":0.5}}'
LOST = b'{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"Lost."}'
CANCELLED = (
    b'{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Cancelled",'
    b'"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"Why."}]}'
)
NO_QUEUE = b'{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No queue."}'
BROKEN = answer(b"{}", "500 Internal Server Error")
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'5\r\n{"Ite\r\nc;x=y\r\nm":{"a":{}}}\r\n0\r\nT: 1\r\n\r\n'
)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def client(service: str, url: str, *, quick: bool) -> Any:
    made = get_session().create_client(service, "us-east-1", endpoint_url=url, config=CONFIG)
    if quick:
        quicken(made)
    return made


def ends(called: Any, operation: str, parameters: Any) -> Any:
    """The result or the error, without what differs from call to call."""
    try:
        result = getattr(called, operation)(**parameters)
    except ClientError as error:
        result = {"raised": type(error).__name__, "text": str(error), **error.response}
    except Exception as error:  # noqa: BLE001
        return {"raised": type(error).__name__}
    metadata = result["ResponseMetadata"]
    del metadata["HTTPHeaders"]
    return result


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "answers"),
    [
        ("dynamodb", "get_item", KEY, [answer(ITEM)]),
        (
            "dynamodb",
            "get_item",
            KEY,
            [answer(ITEM, x_amzn_RequestId="r1", x_amz_crc32=str(zlib.crc32(ITEM)))],
        ),
        ("dynamodb", "get_item", KEY, [answer(b'{"Item":{"blob":{"B":"AAH/"},"blobs":{"BS":["AAE="]}}}')]),
        ("dynamodb", "get_item", KEY, [CHUNKED]),
        ("dynamodb", "get_item", KEY, [answer(b"{}", Connection="close"), answer(ITEM)]),
        ("dynamodb", "get_item", KEY, [BROKEN, answer(ITEM)]),
        ("dynamodb", "get_item", KEY, [BROKEN]),
        ("dynamodb", "get_item", KEY, [HANG_UP, answer(ITEM)]),
        ("dynamodb", "get_item", KEY, [HANG_UP]),
        ("dynamodb", "get_item", KEY, [answer(ITEM, x_amz_crc32="1"), answer(b"{}")]),
        ("dynamodb", "update_item", KEY, [answer(LOST, "400 Bad Request")]),
        ("dynamodb", "transact_write_items", {"TransactItems": []}, [answer(CANCELLED, "400 Bad Request")]),
        ("dynamodb", "describe_table", {"TableName": "q"}, [answer(b'{"Table":{"CreationDateTime":1.5}}')]),
        ("sqs", "send_message", MESSAGE, [answer(b'{"MessageId":"m1","SequenceNumber":"1"}')]),
        ("sqs", "send_message", MESSAGE, [answer(b"")]),
        (
            "sqs",
            "send_message",
            MESSAGE,
            [answer(NO_QUEUE, "400 Bad Request", x_amzn_query_error="QueueGone;Sender")],
        ),
    ],
)
def test_results_errors_and_retries_are_botocores(
    service: str, operation: str, parameters: Any, answers: list[bytes]
) -> None:
    with serving(*answers) as first, serving(*answers) as second:
        stock = ends(client(service, first.url, quick=False), operation, parameters)
        quick = ends(client(service, second.url, quick=True), operation, parameters)

        assert quick == stock
        assert len(second.requests) == len(first.requests)
    [ours, *_], [theirs, *_] = second.requests, first.requests
    assert _without_token(ours[1]) == _without_token(theirs[1])
    assert ours[0].keys() >= {"x-amz-target", "content-type", "authorization", "x-amz-date", "user-agent"}
    for name in ("x-amz-target", "content-type", "x-amzn-query-mode"):
        assert ours[0].get(name) == theirs[0].get(name)


def _without_token(body: bytes) -> Any:
    document = json.loads(body)
    document.pop("ClientRequestToken", None)
    return document


@pytest.mark.parametrize(
    "value",
    [{"S": "half \ud83d of a pair"}, {"B": b"\x00\xff"}, {"S": "\U0001f469 ü"}, {"M": {"a": {"NULL": True}}}],
)
def test_every_value_is_sent_as_botocore_sends_it(value: Any) -> None:
    parameters = {"TableName": "queues", "Item": {"value": value}}
    with serving(answer(b"{}")) as server:
        client("dynamodb", server.url, quick=False).put_item(**parameters)
        client("dynamodb", server.url, quick=True).put_item(**parameters)

        stock, quick = (json.loads(body) for _, body in server.requests)
    assert quick == stock


@pytest.mark.parametrize("token", [None, "session-token"])
@pytest.mark.parametrize("service", ["dynamodb", "sqs"])
def test_signatures_are_botocores(service: str, token: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    host, body, credentials = (
        f"{service}.eu-central-1.amazonaws.com",
        b'{"a": 1}',
        Credentials("AK", "SK", token),
    )
    headers = {"X-Amz-Target": "T.Op", "Content-Type": "application/x-amz-json-1.0", "User-Agent": "gurukool"}
    request = AWSRequest("POST", f"https://{host}/", {**headers, "X-Amzn-Trace-Id": "Root=1"}, body)
    SigV4Auth(credentials, service, "eu-central-1").add_auth(request)
    moment = time.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
    signer = Signer(host, "eu-central-1", service)

    for _ in range(2):  # the second time with the day's key as it was derived
        signed = signer.sign({**headers, "X-Amzn-Trace-Id": "Root=1"}, body, credentials, moment)

        assert signed["Authorization"] == request.headers["Authorization"]


def test_a_changed_secret_and_a_new_day_have_keys_of_their_own() -> None:
    signer, days = Signer("h", "us-east-1", "sqs"), [time.gmtime(0), time.gmtime(86_400)]
    pairs = [Credentials("AK", "one"), Credentials("AK", "two")]
    seen = [signer.sign({}, b"", pair, day)["Authorization"] for pair in pairs for day in days]
    fresh = [
        Signer("h", "us-east-1", "sqs").sign({}, b"", p, d)["Authorization"] for p in pairs for d in days
    ]

    assert seen == fresh
    assert len(set(seen)) == 4


@pytest.fixture
def server() -> Iterator[CannedServer]:
    with serving(answer(ITEM)) as opened:
        yield opened


def test_a_connection_stays_open_and_another_is_opened_when_the_server_has_closed_it(
    server: CannedServer,
) -> None:
    quick = client("dynamodb", server.url, quick=True)
    for _ in range(3):
        quick.get_item(**KEY)
    assert server.connections == 1

    server.hang_up()
    quick.get_item(**KEY)

    assert server.connections == 2
    assert len(server.requests) == 4


def test_a_closed_client_opens_a_new_connection(server: CannedServer) -> None:
    quick = client("dynamodb", server.url, quick=True)
    quick.get_item(**KEY)
    quick.close()
    quick.get_item(**KEY)

    assert server.connections == 2


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with serving(answer(ITEM)) as gone:
        url = gone.url
    stock, quick = (ends(client("dynamodb", url, quick=quick), "get_item", KEY) for quick in (False, True))

    assert quick == stock == {"raised": "EndpointConnectionError"}


def test_behind_a_proxy_a_client_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    made = client("dynamodb", "http://dynamodb.example", quick=False)
    before = made._endpoint

    quicken(made)

    assert made._endpoint is before


def test_events_of_a_call_are_botocores(server: CannedServer) -> None:
    seen = list[str]()
    quick = client("dynamodb", server.url, quick=True)
    names = ("before-parameter-build", "before-call", "before-send", "after-call")
    for name in names:
        quick.meta.events.register(name, lambda event_name, **_: seen.append(event_name))

    with suppress(ClientError):
        quick.get_item(**KEY)

    assert seen == [f"{name}.dynamodb.GetItem" for name in names]
