"""What is answered to who gives a request a signal."""

import pytest

from tests.e2e.users import User

ECHO = {"type": "echo", "payload": {"n": 1}}
SIGNAL = "/api/queue/requests/1/signals/approval"
LIMIT = 128 * 1024


def body(payload: str) -> bytes:
    return b'{"payload":%s}' % payload.encode()


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (f'"{"x" * (LIMIT - 2)}"', 202),
        (f'"{"x" * (LIMIT - 1)}"', 413),
        (f"[{','.join(['1e15'] * 20_000)}]", 413),
    ],
    ids=["at the limit", "above the limit", "smaller as it is sent"],
)
def test_the_payload_of_a_signal_has_a_limit_as_it_is_stored(user: User, payload: str, status: int) -> None:
    user.session.ask("POST", "/api/queue/enqueue", ECHO)

    answer = user.session.call("POST", SIGNAL, body(payload))

    assert answer.status == status
    if status == 413:
        assert answer.body["code"] == "too_large"
        assert answer.body["detail"] == "The payload is larger than 128 KiB."
