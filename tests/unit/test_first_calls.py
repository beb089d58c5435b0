"""What a handler's calls are carried out with is made once, on whatever threads the first ones are."""

import threading
from typing import Any

import pytest

from chalicelib.adapters.runtime import durable, first_calls
from tests.patience import PATIENCE_S


def test_two_threads_that_make_the_first_call_at_once_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Journal:
        calls: Any = None

    journal: Any = Journal()
    got, come, lock = list[Any](), threading.Event(), threading.Lock()
    second = threading.Thread(target=lambda: got.append(first_calls.durable(journal)))

    class Made:
        """While the first one is made, the second thread comes: to the lock, or past it."""

        def __init__(self, _: object) -> None:
            if threading.current_thread() is second:
                come.set()
            else:
                second.start()
                assert come.wait(PATIENCE_S)

    class Announced:
        def __enter__(self) -> None:
            if threading.current_thread() is second:
                come.set()
            lock.acquire()

        def __exit__(self, *_: object) -> None:
            lock.release()

    monkeypatch.setattr(durable, "DurableCalls", Made)
    monkeypatch.setattr(first_calls, "_first_call", Announced())

    got.append(first_calls.durable(journal))
    second.join(PATIENCE_S)

    assert len(got) == 2
    assert got[0] is got[1]
