"""The signature, verified with what docs/webhooks.md shows to operators and receivers."""

import json
import re
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.webhooks import deliverer as delivering
from chalicelib.webhooks import signing
from chalicelib.webhooks.deadline import Deadline
from chalicelib.webhooks.delivery import Delivery
from tests.unit.deliveries import KEYS, REQUEST, allowing, deliver, deliverer, to
from tests.unit.receiver import OK, Receiver

DOCS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()

type Verify = Callable[..., tuple[str, int]]


def shown(pattern: str) -> str:
    found = re.search(pattern, DOCS, re.DOTALL)
    assert found
    return found[1]


@cache
def receiver_secret(kid: str, host: str = "hooks.test") -> str:
    """By the command that operators are shown."""
    command = [sys.executable, "-c", shown(r"python3 -c '\n(.*?)' hooks\.example\.com"), host]
    secret = json.dumps({"kid": kid, "key": KEYS.all[kid]})
    return subprocess.run(command, input=secret, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def verify() -> Verify:
    """The function that receivers are shown."""
    names: dict[str, Any] = {}
    exec(shown(r"```python\n(.*?)```"), names)
    verify: Verify = names["verify"]
    return verify


def delivered(seconds_ago: float = 0, **parts: Any) -> Receiver:
    """A receiver that got a delivery, at that time by its own clock."""
    with Receiver(OK) as receiver:
        deliver(receiver, to(receiver, **parts), now=lambda: time.time() - seconds_ago)
    return receiver


@pytest.fixture(scope="module")
def receiver() -> Receiver:
    return delivered()


def arrived(receiver: Receiver) -> dict[str, Any]:
    """The delivery as the receiver sees it."""
    target = {"method": "POST", "host": f"hooks.test:{receiver.port}", "path": "/in?a=b"}
    return {**target, "headers": receiver.headers, "body": receiver.body}


@pytest.mark.parametrize("kid", ["1", "2"])
def test_a_delivery_verifies_with_the_new_key_and_the_old(
    verify: Verify, receiver: Receiver, kid: str
) -> None:
    assert verify(receiver_secret(kid), **arrived(receiver)) == ("ada", 7)


@pytest.mark.parametrize("kid", ["1", "2"])
def test_the_library_alone_verifies_what_is_standard(receiver: Receiver, kid: str) -> None:
    assert Webhook(receiver_secret(kid)).verify(receiver.body, receiver.headers) == {"n": 1}


def test_the_example_of_the_standards_own_libraries_is_signed_as_they_sign_it() -> None:
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}'
    assert signing._signatures([secret], signed) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("seconds_ago", [-290, 290])
def test_clocks_may_differ_by_some_minutes(verify: Verify, seconds_ago: float) -> None:
    assert verify(receiver_secret("2"), **arrived(delivered(seconds_ago)))


@pytest.mark.parametrize("seconds_ago", [-310, 310, 10**9])
def test_a_delivery_that_was_kept_back_does_not_verify(verify: Verify, seconds_ago: float) -> None:
    with pytest.raises(WebhookVerificationError, match=r"too (old|new)"):
        verify(receiver_secret("2"), **arrived(delivered(seconds_ago)))


@pytest.mark.parametrize(
    "forged",
    [
        {"webhook-id": "bob-7"},
        {"webhook-id": "ada-8"},
        {"webhook-id": ""},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": str(int(time.time()) + 20)},
        {"webhook-signature": ""},
        {"webhook-signature": f"v1,{'0' * 43}="},
        {"gurukool-target-signature": ""},
        {"gurukool-target-signature": f"v1,{'0' * 43}="},
    ],
)
def test_a_delivery_with_other_headers_does_not_verify(
    verify: Verify, receiver: Receiver, forged: dict[str, str]
) -> None:
    changed = arrived(receiver) | {"headers": receiver.headers | forged}
    with pytest.raises(WebhookVerificationError):
        verify(receiver_secret("2"), **changed)


@pytest.mark.parametrize("name", ["webhook-signature", "gurukool-target-signature"])
def test_one_signature_does_not_stand_for_the_other(verify: Verify, receiver: Receiver, name: str) -> None:
    other = {"webhook-signature": "gurukool-target-signature"}.get(name, "webhook-signature")
    changed = arrived(receiver) | {"headers": receiver.headers | {name: receiver.headers[other]}}
    with pytest.raises(WebhookVerificationError):
        verify(receiver_secret("2"), **changed)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("body", b'{"n": 1} '),
        ("body", b""),
        ("method", "DELETE"),
        ("host", "hooks.test"),
        ("path", "/in"),
        ("path", "/other?a=b"),
    ],
)
def test_another_body_method_or_address_does_not_verify(
    verify: Verify, receiver: Receiver, part: str, other: object
) -> None:
    with pytest.raises(WebhookVerificationError):
        verify(receiver_secret("2"), **(arrived(receiver) | {part: other}))


def test_the_secret_of_another_host_does_not_verify(verify: Verify, receiver: Receiver) -> None:
    with pytest.raises(WebhookVerificationError):
        verify(receiver_secret("2", "other.test"), **arrived(receiver))


def test_a_delivery_without_a_body_is_bound_to_its_address(verify: Verify) -> None:
    """The standard's signature alone would let a captured DELETE delete something else."""
    receiver = delivered(body=b"", method="DELETE")
    sent = arrived(receiver) | {"method": "DELETE"}
    assert verify(receiver_secret("2"), **sent) == ("ada", 7)
    with pytest.raises(WebhookVerificationError):
        verify(receiver_secret("2"), **(sent | {"path": "/other"}))


def test_every_attempt_has_the_same_id_and_a_time_of_its_own() -> None:
    sent = []
    for attempt in (1, 2):
        with Receiver(OK) as receiver:
            send = deliverer(allowing(receiver), now=lambda at=1000 + attempt: at)
            send(Delivery(f"http://hooks.test:{receiver.port}/"), replace(REQUEST, attempts=attempt))
        sent.append([receiver.headers[name] for name in ("webhook-id", "webhook-timestamp")])
    assert sent == [["ada-7", "1001"], ["ada-7", "1002"]]


@pytest.mark.parametrize("user", ["ada", "ada-7", "ada.1700000000", "ada%2E", "a:b@c~d"])
def test_no_name_of_a_user_makes_one_id_mean_two_deliveries(verify: Verify, user: str) -> None:
    with Receiver(OK) as receiver:
        deliverer(allowing(receiver), now=time.time)(to(receiver), replace(REQUEST, user_id=user))
    assert "." not in receiver.headers["webhook-id"]
    assert verify(receiver_secret("2"), **arrived(receiver)) == (user, 7)


def test_reading_the_keys_takes_nothing_of_the_time_of_the_receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def keys() -> Keys:
        order.append("keys")
        return KEYS

    def begin(seconds: float) -> Deadline:
        order.append("time")
        return Deadline(seconds)

    monkeypatch.setattr(delivering, "Deadline", begin)
    with Receiver(OK) as receiver:
        deliver(receiver, keys=keys)

    assert order[:2] == ["keys", "time"]
