"""How often a call is tried when AWS does not answer, or answers that it cannot."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.session import get_session

from chalicelib.adapters.aws.clients import Patience, create_quick
from chalicelib.adapters.sqs import wake_ups
from chalicelib.adapters.sqs.outage import OutageGuard
from chalicelib.adapters.sqs.wake_ups import PATIENT, PROMPT, SqsWakeUps, was_answered
from chalicelib.container import Container
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane
from tests.unit.canned_server import CannedServer, answer, serving

NEVER = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"  # and the rest does not come
BROKEN = answer(b"{}", "500 Internal Server Error")
MESSAGE = {"QueueUrl": "http://x/q.fifo", "MessageBody": "{}", "MessageGroupId": "ada"}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def tries(server: CannedServer, patience: Patience, error: type[Exception]) -> int:
    client = create_quick(get_session(), "sqs", patience._replace(read_s=0.05), endpoint_url=server.url)
    with pytest.raises(error):
        client.send_message(**MESSAGE)
    return len(server.requests)


@pytest.mark.parametrize(
    ("patience", "after_no_answer", "after_a_failure"), [(PATIENT, 2, 2), (PROMPT, 1, 2)]
)
def test_the_api_tries_again_what_has_failed_and_not_what_was_not_answered(
    patience: Patience, after_no_answer: int, after_a_failure: int
) -> None:
    with serving(NEVER) as silent, serving(BROKEN) as broken:
        assert tries(silent, patience, ReadTimeoutError) == after_no_answer
        assert tries(broken, patience, ClientError) == after_a_failure


@pytest.mark.parametrize(("answer_", "expected"), [(NEVER, False), (BROKEN, True)])
def test_a_failure_is_told_from_no_answer(answer_: bytes, expected: bool) -> None:
    with serving(answer_) as server:
        client = create_quick(get_session(), "sqs", PROMPT._replace(read_s=0.05), endpoint_url=server.url)
        with pytest.raises(UnavailableError) as raised:
            SqsWakeUps(client, {Lane.QUICK: "http://x/q.fifo"}).send("ada", 7, "mark")

    assert was_answered(raised.value) is expected


@pytest.mark.parametrize(
    ("handler", "patience", "port"),
    [("app.app", PROMPT, OutageGuard), ("app.worker", PATIENT, SqsWakeUps)],
)
def test_only_the_api_is_prompt(
    handler: str, patience: Patience, port: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = list[Any]()
    monkeypatch.setattr(wake_ups, "create_quick", lambda _session, _service, given: chosen.append(given))
    urls = {"WAKE_UPS_URL": "http://x/quick.fifo", "SLOW_WAKE_UPS_URL": "http://x/slow.fifo"}

    assert type(Container({"_HANDLER": handler, **urls}).adapters.wake_ups) is port

    assert chosen == [patience]


def test_a_send_of_the_api_takes_less_than_two_seconds() -> None:
    """A lone caller's answer waits for it, and so does an environment of the API."""
    assert PROMPT.connect_s + PROMPT.read_s < 2
