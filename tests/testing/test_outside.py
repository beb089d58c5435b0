"""What handlers call is recorded, and answers as ever."""

import asyncio
import doctest

import pytest

import gurukool.testing.outside
from gurukool import HandlerError, handler
from gurukool.testing import Outside, run


class Client:
    limit = 5

    def send(self, text: str) -> str:
        return f"sent {text}"

    @staticmethod
    def fail() -> None:
        raise OSError


def test_calls_are_recorded_with_arguments_and_place() -> None:
    outside = Outside()
    send = outside.call("send", lambda text, urgent=False: f"sent {text}")

    assert send("x" * 100, urgent=True) == "sent " + "x" * 100

    (call,) = outside.calls
    assert (call.name, call.arguments, call.keywords) == ("send", ("x" * 100,), {"urgent": True})
    assert len(str(call)) < 100
    assert call.place
    assert call.place.function == "test_calls_are_recorded_with_arguments_and_place"


def test_an_object_keeps_its_values_and_its_methods_are_watched() -> None:
    outside = Outside()
    client = outside.watch(Client(), "mail")

    assert client.limit == 5
    assert client.send("text") == "sent text"
    with pytest.raises(OSError):  # noqa: PT011 - it has no text
        client.fail()

    assert [str(call) for call in outside.calls] == ["mail.send('text')", "mail.fail()"]


def test_a_function_that_is_awaited_stays_one() -> None:
    async def answer() -> int:
        return 42

    assert asyncio.run(Outside().call("answer", answer)()) == 42


def test_a_service_that_recognises_keys_answers_the_second_attempt_as_the_first() -> None:
    outside, charged = Outside(), list[int]()

    def charge(cents: int, key: str) -> int:
        charged.append(cents)
        return len(charged)

    watched = outside.call("charge", charge, key="key")

    @handler("pay")
    def pay(payload: int) -> int:
        answer = watched(payload, "the same")
        if len(outside.calls) == 1:
            raise HandlerError("Once more.")
        return answer

    assert run(pay, 300).result == 1
    assert (charged, len(outside.calls)) == ([300], 2)


def test_its_examples_are_right() -> None:
    assert doctest.testmod(gurukool.testing.outside) == (0, 4)
