"""What is answered to who uploads payloads."""

from typing import Any

import pytest

from local_cloud.api_client import Answer
from tests.answers.exporting import export_all, of_kind
from tests.answers.service import Service
from tests.answers.uploading import PAYLOAD, Bucket, announced, as_json
from tests.e2e.users import User

NOBODYS = f"{'0' * 32}-{'0' * 64}"


@pytest.fixture
def bucket(service: Service) -> Bucket:
    return Bucket(service)


def upload(user: User, bucket: Bucket, data: bytes | None = None) -> str:
    data = as_json() if data is None else data
    offer = user.session.ask("POST", "/api/queue/uploads", announced(data))
    bucket.put(offer, data)
    return str(offer["id"])


def send(user: User, upload: str, type_: str = "echo", **more: Any) -> Answer:
    headers = {name.replace("_", "-"): more.pop(name) for name in ["Idempotency_Key"] if name in more}
    body = {"type": type_, "payload_upload": upload, **more}
    return user.session.call("POST", "/api/queue/enqueue", body, headers)


def test_an_uploaded_payload_is_carried_out_and_shown_with_a_link(
    service: Service, user: User, bucket: Bucket
) -> None:
    id_ = upload(user, bucket)
    sent = send(user, id_)
    assert (sent.status, sent.body["seq"]) == (202, 1)

    service.work()

    outcome = user.session.ask("GET", "/api/queue/dequeue")
    assert outcome["error"]["message"] == "The result is larger than 128 KiB.", "as an echo has it"
    shown = user.session.ask("GET", "/api/queue/requests/1")
    assert shown["payload"] is None
    assert shown["payload_upload"]["id"] == id_
    assert shown["payload_upload"]["bytes"] == len(as_json())
    key = shown["payload_upload"]["url"].removeprefix("memory:").partition("?")[0]
    assert bucket.objects.read(key) == as_json()


def test_an_offer_says_how_to_upload(user: User, bucket: Bucket) -> None:
    answer = user.session.call("POST", "/api/queue/uploads", announced(b"1"))
    assert answer.status == 201
    assert answer.body.keys() == {"id", "method", "url", "headers", "expires_at"}
    assert answer.body["method"] == "PUT"


def test_a_repeated_call_is_one_request(user: User, bucket: Bucket) -> None:
    id_ = upload(user, bucket)
    first = send(user, id_, Idempotency_Key="k")
    bucket.objects.objects.clear()
    again = send(user, id_, Idempotency_Key="k")
    assert (again.headers["Idempotency-Replayed"], again.body["seq"]) == ("true", first.body["seq"])

    other = send(user, NOBODYS, Idempotency_Key="k")
    assert (other.status, other.body["code"]) == (422, "key_reused")


def test_what_is_not_there_is_not_found(service: Service, user: User, bucket: Bucket) -> None:
    theirs = upload(service.sign_up(), bucket)
    offered = user.session.ask("POST", "/api/queue/uploads", announced(b"1"))["id"]
    for id_ in (NOBODYS, theirs, offered):
        answer = send(user, id_)
        assert (answer.status, answer.body["code"]) == (404, "upload_not_found")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"seconds": "two"}', "payload.seconds must be a"),
        (b'{"seconds": 1, "more": 2}', "payload.more is not"),
        (b"{", "payload_upload is not valid JSON in UTF-8"),
        (b'{"seconds": 1, "seconds": 2}', "payload_upload names 'seconds' twice"),
        (b"\xff", "payload_upload is not valid JSON in UTF-8"),
        (b"[" * 40 + b"]" * 40, "payload_upload is nested more than"),
    ],
)
def test_a_payload_that_the_type_refuses_is_refused_when_it_is_sent(
    user: User, bucket: Bucket, data: bytes, told: str
) -> None:
    answer = send(user, upload(user, bucket, data), "sleep")
    assert (answer.status, answer.body["code"]) == (422, "invalid_input")
    assert told in answer.body["detail"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"type": "echo", "payload": {"n": 1}, "payload_upload": NOBODYS}, "together with `payload`"),
        ({"type": "nothing", "payload_upload": NOBODYS}, "no handler for this type"),
        ({"type": "echo", "payload_upload": "../other"}, "payload_upload"),
        ({"requests": [{"type": "echo", "payload_upload": NOBODYS}] * 2}, "is not possible in a batch"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(user: User, bucket: Bucket, body: Any, told: str) -> None:
    path = "/api/queue/enqueue/batch" if "requests" in body else "/api/queue/enqueue"
    answer = user.session.call("POST", path, body)
    assert answer.status == 422
    assert told in str(answer.body)


@pytest.mark.parametrize("wrong", [{"bytes": 0}, {"bytes": 4 * 1024 * 1024 + 1}, {"sha256": "A" * 64}])
def test_an_upload_that_is_too_large_or_has_no_checksum_is_not_offered(
    user: User, bucket: Bucket, wrong: dict[str, Any]
) -> None:
    assert user.session.call("POST", "/api/queue/uploads", announced(b"1") | wrong).status == 422


def test_no_scheduled_request_has_an_upload(user: User, bucket: Bucket) -> None:
    body = {"type": "echo", "payload_upload": upload(user, bucket), "enter_at": "2027-02-01T00:00:00Z"}
    answer = user.session.call("POST", "/api/queue/scheduled", body)
    assert answer.status == 422
    assert "send the request now, with `not_before`" in answer.body["detail"]


def test_without_uploads_nothing_is_offered_and_nothing_is_taken(user: User) -> None:
    offered = user.session.call("POST", "/api/queue/uploads", announced(b"1"))
    assert (offered.status, offered.body["code"]) == (404, "uploads_off")
    sent = send(user, NOBODYS)
    assert sent.status == 422
    assert "takes no uploads" in sent.body["detail"]


def test_an_export_names_uploads(user: User, bucket: Bucket) -> None:
    id_ = upload(user, bucket)
    send(user, id_)
    [request] = of_kind(list(export_all(user.session)), "request")
    assert request["payload"] is None
    assert request["payload_upload"]["id"] == id_
    assert request["payload_upload"]["url"].startswith("memory:kept-7/")


def test_the_payload_is_that_of_the_upload(service: Service, user: User, bucket: Bucket) -> None:
    send(user, upload(user, bucket, as_json({"text": "short"})))
    service.work()
    assert user.session.ask("GET", "/api/queue/dequeue")["result"] == {"text": "short"}
    assert len(as_json(PAYLOAD)) > 128 * 1024
