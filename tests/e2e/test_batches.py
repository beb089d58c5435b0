"""Several requests in one call, and the same call sent again."""

from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

import pytest

from local_cloud.api_client import Answer
from tests.e2e.users import User

ENQUEUE = "/api/queue/enqueue"
BATCH = {"requests": [{"type": "echo", "payload": {"n": n}} for n in range(100)]}


def enqueue(user: User, body: Any, key: str | None = None) -> Answer:
    path = f"{ENQUEUE}/batch" if "requests" in body else ENQUEUE
    return user.session.call("POST", path, body, {"Idempotency-Key": key} if key else {})


def test_a_batch_gets_consecutive_numbers_and_runs_in_its_order(user: User) -> None:
    answer = enqueue(user, BATCH)

    assert answer.status == HTTPStatus.ACCEPTED
    assert [request["seq"] for request in answer.body["requests"]] == list(range(1, 101))
    outcomes = [user.session.dequeue() for _ in range(100)]
    assert [outcome["result"] for outcome in outcomes if outcome] == [{"n": n} for n in range(100)]


@pytest.mark.parametrize(
    "wrong",
    [{"type": "echo", "payload": 1}, {"type": "nobody"}, {"type": "sleep", "payload": {"seconds": -1}}],
    ids=["not the payload's type", "no such handler", "out of bounds"],
)
def test_a_batch_with_one_wrong_request_is_refused_whole(user: User, wrong: dict[str, Any]) -> None:
    answer = enqueue(user, {"requests": [{"type": "echo"}, wrong]})

    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.body["errors"][0]["path"].startswith("requests[1]")
    assert user.session.queue()["tail"] == 0


@pytest.mark.parametrize("count", [0, 101])
def test_a_batch_has_1_to_100_requests(user: User, count: int) -> None:
    answer = enqueue(user, {"requests": [{"type": "echo"}] * count})

    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_thirty_calls_at_once_with_one_key_are_one_request(user: User) -> None:
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: enqueue(user, {"type": "echo"}, key="once"), range(30)))

    assert {answer.status for answer in answers} == {HTTPStatus.ACCEPTED}
    assert len({answer.body["seq"] for answer in answers}) == 1
    assert [a.headers.get("Idempotency-Replayed") for a in answers].count("true") == 29
    seq = answers[0].body["seq"]
    assert user.session.request(seq, wait=20)["status"] == "succeeded"
    assert [r["seq"] for r in user.session.ask("GET", "/api/queue/requests")["requests"]] == [seq]


def test_a_batch_sent_again_is_the_same_batch(user: User) -> None:
    first, again = (enqueue(user, BATCH, key="batch") for _ in range(2))

    assert (again.status, again.headers["Idempotency-Replayed"]) == (HTTPStatus.ACCEPTED, "true")
    assert [r["seq"] for r in again.body["requests"]] == [r["seq"] for r in first.body["requests"]]


def test_a_key_used_for_something_else_is_refused(user: User) -> None:
    enqueue(user, {"type": "echo", "payload": {"a": 1}}, key="mine")

    answer = enqueue(user, {"type": "echo", "payload": {"a": 2}}, key="mine")

    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert user.session.queue()["tail"] == 1


def test_keys_belong_to_their_user(user: User, another: User) -> None:
    answers = [enqueue(someone, {"type": "echo"}, key="shared") for someone in (user, another)]

    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, None]


@pytest.mark.parametrize("size", [128 * 1024 + 1, 3 * 1024 * 1024], ids=["payload", "body"])
def test_too_many_bytes_are_refused(user: User, size: int) -> None:
    answer = enqueue(user, {"type": "echo", "payload": {"a": "x" * size}})

    assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_a_payload_of_128_kib_is_taken_and_comes_back(user: User) -> None:
    text = "x" * (128 * 1024 - len('{"a":""}') - 1)  # json.dumps puts one space after the colon
    assert enqueue(user, {"type": "echo", "payload": {"a": text}}).status == HTTPStatus.ACCEPTED

    outcome = user.session.dequeue()

    assert outcome is not None
    assert outcome["result"] == {"a": text}
