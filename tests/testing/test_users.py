"""Users in the tests of an application have the names that the API lets them have."""

from collections.abc import Callable

import pytest

from gurukool import InvalidInputError, handler
from gurukool.testing import ConflictError, NotFoundError, Queue, run


@handler("echo")
def echo(payload: int) -> int:
    return payload


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.mark.parametrize("user", ["", "two words", "é", "x" * 129])
def test_a_user_whose_name_the_api_does_not_know_is_refused(queue: Queue, user: str) -> None:
    for call in (lambda: queue.enqueue(echo, 1, user=user), lambda: run(echo, 1, user=user)):
        with pytest.raises(InvalidInputError, match="user must be an account's id or a name"):
            call()
    with pytest.raises(InvalidInputError, match="user must be"):
        queue.pause(user=user)


@pytest.mark.parametrize("user", ["ada:chat-7", "ada@example.com", "x" * 128, "0123456789abcdef" * 2])
def test_a_user_with_an_id_or_a_name_has_a_queue(user: str) -> None:
    assert run(echo, 1, user=user).status == "succeeded"


@pytest.mark.parametrize(
    "call",
    [
        lambda queue: queue.retry(1, user="ada"),
        lambda queue: queue.skip(1, user="ada"),
        lambda queue: queue.cancel(1, user="ada"),
        lambda queue: queue.stop(1, user="ada"),
        lambda queue: queue.signal(1, "approval", user="ada"),
    ],
)
def test_a_user_without_requests_is_told_so(queue: Queue, call: Callable[[Queue], None]) -> None:
    with pytest.raises((NotFoundError, ConflictError)) as raised:
        call(queue)

    assert "session" not in str(raised.value)


def test_the_queue_of_a_user_without_requests_can_be_resumed(queue: Queue) -> None:
    queue.resume(user="ada")

    assert queue.state(user="ada") == "open"
