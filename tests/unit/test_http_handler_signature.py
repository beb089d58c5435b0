"""The signature, verified with what docs/webhooks.md shows to operators and receivers."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.deliveries import KEYS, NOW, deliver
from tests.unit.receiver import OK, Receiver

DOCS = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()


def shown(pattern: str) -> str:
    found = re.search(pattern, DOCS, re.DOTALL)
    assert found
    return found[1]


def receivers_key(kid: str, host: str = "hooks.test") -> str:
    """By the command that operators are shown."""
    command = [sys.executable, "-c", shown(r"python3 -c '\n(.*?)' hooks\.example\.com"), host]
    secret = json.dumps({"kid": kid, "key": KEYS.all[kid]})
    return subprocess.run(command, input=secret, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def receiver() -> Receiver:
    """One that has got its delivery."""
    with Receiver(OK) as receiver:
        deliver(receiver)
    return receiver


@pytest.fixture(scope="module")
def verify() -> Any:
    """The function that receivers are shown."""
    names: dict[str, Any] = {}
    exec(shown(r"```python\n(.*?)```"), names)
    return names["verify"]


def sent_to(receiver: Receiver) -> tuple[str, str, str]:
    """Method, host and path of the delivery, as the receiver knows them."""
    return "POST", f"hooks.test:{receiver.port}", "/in?a=b"


@pytest.mark.parametrize("kid", ["1", "2"])
@pytest.mark.parametrize("late", [-299, 0, 299])
def test_a_delivery_verifies_with_the_new_key_and_the_old(
    verify: Any, receiver: Receiver, kid: str, late: int
) -> None:
    assert verify(receivers_key(kid), *sent_to(receiver), receiver.headers, receiver.body, NOW + late)


@pytest.mark.parametrize("late", [-300, 300, 10**9])
def test_a_delivery_that_was_kept_back_does_not_verify(verify: Any, receiver: Receiver, late: int) -> None:
    assert not verify(receivers_key("2"), *sent_to(receiver), receiver.headers, receiver.body, NOW + late)


@pytest.mark.parametrize(
    "forged",
    [
        {"gurukool-user": "bob"},
        {"gurukool-seq": "8"},
        {"gurukool-signature": f"t={NOW}"},
        {"gurukool-signature": f"t={NOW},v2="},
        {"gurukool-signature": f"t={NOW},v2={'0' * 64}"},
        {"gurukool-signature": ""},
        {"gurukool-signature": f"t={NOW},v1={'0' * 64}"},
    ],
)
def test_a_delivery_with_other_headers_does_not_verify(
    verify: Any, receiver: Receiver, forged: dict[str, str]
) -> None:
    assert not verify(receivers_key("2"), *sent_to(receiver), receiver.headers | forged, receiver.body, NOW)


def test_another_time_does_not_verify(verify: Any, receiver: Receiver) -> None:
    moved = receiver.headers["gurukool-signature"].replace(str(NOW), str(NOW + 1))
    headers = receiver.headers | {"gurukool-signature": moved}
    assert not verify(receivers_key("2"), *sent_to(receiver), headers, receiver.body, NOW)


def test_another_body_does_not_verify(verify: Any, receiver: Receiver) -> None:
    assert not verify(receivers_key("2"), *sent_to(receiver), receiver.headers, receiver.body + b" ", NOW)


def test_the_key_of_another_host_does_not_verify(verify: Any, receiver: Receiver) -> None:
    assert not verify(
        receivers_key("2", "other.test"), *sent_to(receiver), receiver.headers, receiver.body, NOW
    )


@pytest.mark.parametrize("missing", ["gurukool-user", "gurukool-seq", "gurukool-signature"])
def test_a_delivery_without_one_of_the_headers_does_not_verify(
    verify: Any, receiver: Receiver, missing: str
) -> None:
    headers = {name: value for name, value in receiver.headers.items() if name != missing}
    assert not verify(receivers_key("2"), *sent_to(receiver), headers, receiver.body, NOW)


@pytest.mark.parametrize(
    ("place", "other"), [(0, "DELETE"), (1, "hooks.test"), (2, "/in"), (2, "/other?a=b"), (2, "/in?a=b\n")]
)
def test_a_delivery_does_not_verify_for_another_method_or_address(
    verify: Any, receiver: Receiver, place: int, other: str
) -> None:
    sent = list(sent_to(receiver))
    sent[place] = other
    assert not verify(receivers_key("2"), *sent, receiver.headers, receiver.body, NOW)
