"""What a receiver's answer leads to."""

import pytest
from urllib3 import HTTPHeaderDict

from chalicelib.core.queueing.policy import HandlerError, PermanentError, RetryLaterError
from chalicelib.webhooks.answers import retry_after, to_receipt
from chalicelib.webhooks.delivery import Receipt
from chalicelib.webhooks.transport import Answer

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


def answered(status: int, body: bytes = b"", *, truncated: bool = False) -> Answer:
    return Answer(status, {}, body, truncated)


def kind(status: int, headers: dict[str, str]) -> type[Exception]:
    with pytest.raises(HandlerError) as failed:
        to_receipt(Answer(status, HTTPHeaderDict(headers), b"", truncated=False), NOW)
    return failed.type


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_success(status: int) -> None:
    assert to_receipt(answered(status), NOW).status == status


@pytest.mark.parametrize(
    "status", [300, 301, 302, 303, 304, 400, 401, 403, 404, 409, 410, 413, 422, 451, 499]
)
def test_is_permanent(status: int) -> None:
    assert kind(status, {"retry-after": "5"}) is PermanentError


@pytest.mark.parametrize("status", [101, 408, 425, 429, 500, 502, 503, 504, 599, 600, 999])
def test_is_tried_again(status: int) -> None:
    assert kind(status, {}) is HandlerError
    assert kind(status, {"retry-after": "5"}) is RetryLaterError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 1),
        ("3600", 3600),
        ("3601", 3600),
        ("9" * 5000, 3600),
        ("Tue, 14 Nov 2023 22:13:27 GMT", 7),
        ("Tue, 14 Nov 2023 23:13:27 +0100", 7),
        ("Tue, 14 Nov 2023 22:13:27 -0000", 7),
        ("Tuesday, 14-Nov-23 22:13:27 GMT", 7),
        ("Tue Nov 14 22:13:27 2023", 7),
        ("Tue, 14 Nov 2000 22:13:27 GMT", 1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
    ],
)
def test_retry_after_is_honoured_within_an_hour(text: str, seconds: float) -> None:
    assert retry_after(HTTPHeaderDict({"Retry-After": text}), NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "-1",
        "1.5",
        "\u0667",
        "²",
        "nan",
        "Tue, 99 Nov 2023 22:13:27 GMT",
        "1 Jan 99999999999 0:0:0 GMT",
    ],
)
def test_retry_after_that_cannot_be_read_leaves_it_to_the_policy(text: str) -> None:
    assert retry_after(HTTPHeaderDict({"Retry-After": text}), NOW) is None


def test_what_is_recorded_of_a_success() -> None:
    headers = {"content-type": "text/plain", "ETag": "e" * 600, "Set-Cookie": "a=b", "Server": "nginx"}
    recorded = to_receipt(Answer(201, HTTPHeaderDict(headers), "grün".encode(), truncated=False), NOW)
    assert recorded == Receipt(
        201, {"Content-Type": "text/plain", "ETag": "e" * 512}, "grün", truncated=False
    )


def test_a_body_that_is_no_text_is_not_recorded() -> None:
    assert to_receipt(answered(200, b"\xff\x00"), NOW).body is None


def test_a_character_cut_in_two_is_left_out() -> None:
    assert to_receipt(answered(200, "grü".encode()[:-1], truncated=True), NOW).body == "gr"


def test_an_error_shows_how_the_answer_begins() -> None:
    with pytest.raises(
        PermanentError, match=r"^The receiver answered 422 Unprocessable \S+\. It says: nobad$"
    ):
        to_receipt(answered(422, b"no\r\n\x1bbad"), NOW)
    with pytest.raises(
        HandlerError, match=r"^The receiver answered 503 Service Unavailable\. It says: a{300}$"
    ):
        to_receipt(answered(503, b"a" * 1000), NOW)
    with pytest.raises(HandlerError, match=r"^The receiver answered 599\.$"):
        to_receipt(answered(599), NOW)
