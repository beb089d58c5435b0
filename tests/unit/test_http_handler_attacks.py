"""Receivers, names and users that mean harm."""

from collections.abc import Sequence

import pytest

from chalicelib.core.queueing.policy import HandlerError, PermanentError
from chalicelib.webhooks.delivery import Delivery
from tests.unit.deliveries import REQUEST, allowing, at, deliver, deliverer, to
from tests.unit.receiver import OK, Answer, Receiver, answer, dripping

HEAD = b"HTTP/1.1 200 OK\r\n"
SLOW = [
    dripping(b"", b""),
    dripping(b"", b"H"),
    dripping(b"HTTP/1.1 500 Oops\r\n", b"X-Slow: yes\r\n"),
    dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
]
# Headers after the status of a success that cannot be read to their end.
SUCCESSES_CUT_SHORT = [
    dripping(HEAD, b"X-Slow: yes\r\n"),
    dripping(HEAD + b"X-Slow: ", b"a"),
    HEAD + b"X: a\r\n" * 200 + b"\r\n",
    HEAD + b"X: " + b"a" * 10**6,
]
NOT_HTTP = [
    b"",
    b"\x00" * 100,
    b"220 mail.example ESMTP\r\n",
    HEAD[:5],
    b"HTTP/1.1 500 Oops\r\n" + b"X: a\r\n" * 200,
    b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50 + OK,
    b"HTTP/1.1 103 Early Hints\r\n\r\n",
]


class Rebinding:
    """A resolver whose answer is another one each time."""

    def __init__(self, *answers: str) -> None:
        self._answers = iter(answers)

    def __call__(self, _host: str, _seconds: float) -> Sequence[str]:
        return [next(self._answers)]


@pytest.mark.parametrize("slow", SLOW)
def test_a_receiver_that_takes_its_time_is_left(slow: Answer) -> None:
    with Receiver(slow) as receiver, pytest.raises(HandlerError, match="did not answer in time"):
        deliver(receiver, seconds=0.3)


@pytest.mark.parametrize(
    "framing", [b"", b"Content-Length: 1000000000\r\n", b"Transfer-Encoding: chunked\r\n"]
)
def test_a_body_that_takes_its_time_is_left_and_the_status_counts(framing: bytes) -> None:
    drop = b"1\r\na\r\n" if b"chunked" in framing else b"a"
    with Receiver(dripping(HEAD + framing + b"\r\n", drop)) as receiver:
        receipt = deliver(receiver, seconds=0.3)
    assert receipt.status == 200
    assert receipt.truncated


@pytest.mark.parametrize("cut", SUCCESSES_CUT_SHORT)
def test_headers_that_cannot_be_read_do_not_undo_a_success(cut: Answer) -> None:
    with Receiver(cut) as receiver:
        receipt = deliver(receiver, seconds=0.3)
    assert receipt.status == 200
    assert receipt.truncated


@pytest.mark.parametrize("given", NOT_HTTP, ids=len)
def test_what_is_not_an_answer_is_an_error(given: bytes) -> None:
    with Receiver(given) as receiver, pytest.raises(HandlerError) as failed:
        deliver(receiver)
    assert str(failed.value) == "The receiver could not be reached, or broke the connection off."
    assert failed.type is HandlerError


@pytest.mark.parametrize("lengths", [("2", "3"), ("2, 3",), ("x",), ("-1",), ("9" * 5000,)])
def test_lengths_that_contradict_each_other_do_not_undo_a_success(lengths: Sequence[str]) -> None:
    framing = "".join(f"Content-Length: {length}\r\n" for length in lengths).encode()
    with Receiver(HEAD + framing + b"\r\nok") as receiver:
        receipt = deliver(receiver)
    assert (receipt.status, receipt.body) == (200, "ok")


def test_of_a_header_that_comes_twice_the_first_counts() -> None:
    with Receiver(HEAD + b"ETag: 1\r\nETag: 2\r\nContent-Length: 0\r\n\r\n") as receiver:
        assert deliver(receiver).headers == {"ETag": "1"}


def test_an_endless_answer_is_cut_off() -> None:
    with Receiver(dripping(HEAD + b"\r\n", b"a" * 100_000)) as receiver:
        receipt = deliver(receiver)
    assert receipt.truncated
    assert receipt.body == "a" * 16 * 1024


def test_chunks_that_are_mostly_framing_are_cut_off() -> None:
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with Receiver(dripping(chunked, (b"1;" + b"x" * 1000 + b"\r\na\r\n") * 100)) as receiver:
        receipt = deliver(receiver)
    assert receipt.truncated
    assert receipt.body
    assert len(receipt.body) < 300


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "http://localhost/",
        "http://[::ffff:169.254.169.254]/",
        "https://evil.example/",
        "//evil.example/",
    ],
)
def test_a_redirect_to_a_host_that_is_not_allowed_is_refused(location: str) -> None:
    with (
        Receiver(answer(307, Location=location), OK) as receiver,
        pytest.raises(PermanentError, match="is not an allowed host"),
    ):
        deliver(receiver)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "location", ["//[", "file:///etc/passwd", "http://user@hooks.test/", "http://0x7f.1/"]
)
def test_a_redirect_to_what_is_no_web_address_is_refused(location: str) -> None:
    with (
        Receiver(answer(308, Location=location)) as receiver,
        pytest.raises(PermanentError, match="an invalid web address"),
    ):
        deliver(receiver)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_may_change_the_method_is_not_followed(status: int) -> None:
    with (
        Receiver(answer(status, Location="/elsewhere"), OK) as receiver,
        pytest.raises(PermanentError, match=f"^The receiver answered {status} "),
    ):
        deliver(receiver)
    assert len(receiver.requests) == 1


def test_a_redirect_takes_method_body_and_headers_along() -> None:
    with Receiver(answer(307, Location="/elsewhere"), OK) as receiver:
        deliver(receiver, to(receiver, method="PUT", headers={"Authorization": "Basic eA=="}))
    assert receiver.requests[1].startswith(b"PUT /elsewhere HTTP/1.1\r\n")
    assert receiver.body == b'{"n": 1}'
    assert receiver.headers["authorization"] == "Basic eA=="


def test_a_users_headers_stay_with_the_host_they_are_meant_for() -> None:
    with (
        Receiver(OK) as other,
        Receiver(answer(308, Location=f"http://other.test:{other.port}/")) as receiver,
    ):
        allowed = f"{allowing(receiver)},http://other.test:{other.port}=127.0.0.1"
        deliverer(allowed)(to(receiver, headers={"Authorization": "Basic eA=="}), REQUEST)
    assert other.body == b'{"n": 1}'
    assert other.headers["host"] == f"other.test:{other.port}"
    assert "authorization" not in other.headers
    assert other.headers["webhook-signature"] != receiver.headers["webhook-signature"]
    assert other.headers["webhook-id"] == receiver.headers["webhook-id"]


def test_redirects_come_to_an_end() -> None:
    with (
        Receiver(*[answer(307, Location="/again")] * 9) as receiver,
        pytest.raises(PermanentError, match="redirects more than 3 times"),
    ):
        deliver(receiver)
    assert len(receiver.requests) == 4


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as proxy:
        pass
    for name in ("http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with Receiver(OK) as receiver:
        assert deliver(receiver).status == 200


def test_a_name_is_looked_up_once_for_each_connection() -> None:
    with Receiver(OK) as receiver:
        assert deliver(receiver, resolve=Rebinding("127.0.0.1", "10.0.0.1")).status == 200


def test_a_name_that_moves_between_redirects_is_checked_again() -> None:
    with (
        Receiver(answer(307, Location="/again"), OK) as receiver,
        pytest.raises(PermanentError, match="not on the public internet"),
    ):
        deliver(receiver, resolve=Rebinding("127.0.0.1", "169.254.169.254"))
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_an_allowed_name_at_an_address_inside_is_refused_without_telling_it(address: str) -> None:
    with Receiver(OK) as receiver, pytest.raises(PermanentError) as refused:
        deliverer(f"http://hooks.test:{receiver.port}", resolve=at(address))(to(receiver), REQUEST)
    assert (
        str(refused.value)
        == "The host's address is not on the public internet, and the operator has not allowed it."
    )
    assert not receiver.requests


def test_a_host_that_is_no_longer_allowed_is_not_even_looked_up() -> None:
    with pytest.raises(PermanentError, match="is not an allowed host"):
        deliverer("hooks.test", resolve=Rebinding())(Delivery("https://other.test/"), REQUEST)
