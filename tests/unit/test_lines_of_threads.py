"""What a thread beside a handler logs when its attempt is over and the next request is under way."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.adapters.runtime import heartbeat, logs, stop_watch
from chalicelib.core.errors import UnavailableError
from tests.patience import PATIENCE_S

ADA, BOB = {"user": "ada", "seq": 1, "call": "first"}, {"user": "bob", "seq": 7, "call": "second"}


class Silent:
    """Somebody who does not answer before the attempt is over. In place of a stop watch and a heartbeat."""

    stopping = False

    def __init__(self) -> None:
        self.is_asked, self.is_over = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.is_asked.set()
        assert self.is_over.wait(PATIENCE_S)
        raise UnavailableError

    hold_lease = __call__


def hold_a_lease(silent: Any) -> Callable[[], object]:
    attempt = stop_watch.WatchedAttempt(silent, time.monotonic() + PATIENCE_S)
    attempt.hold_lease()
    thread = attempt._holding
    assert thread
    return thread.join


def look(silent: Any) -> Callable[[], object]:
    attempt = stop_watch.WatchedAttempt(silent, time.monotonic() + PATIENCE_S)
    thread = threading.Thread(target=stop_watch._Looks()._look, args=[attempt])
    thread.start()
    return thread.join


def beat(silent: Any) -> Callable[[], object]:
    beats = heartbeat._Beats(silent, time.monotonic() + PATIENCE_S, every=0)
    beats.start()

    def end() -> None:
        beats.stop()
        beats.join()

    return end


@pytest.mark.parametrize(
    ("begin", "event"),
    [(hold_a_lease, "wake-up not held"), (look, "stop not looked for"), (beat, "attempt not renewed")],
)
def test_it_has_the_fields_of_its_own_attempt(
    begin: Callable[[Any], Callable[[], object]],
    event: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stop_watch, "LOOK_S", 0)
    caplog.handler.setFormatter(logs.JsonFormatter())
    silent = Silent()
    with logs.bound(**ADA):
        join = begin(silent)
        assert silent.is_asked.wait(PATIENCE_S)

    with logs.bound(**BOB):
        silent.is_over.set()
        join()

    first = json.loads(caplog.text.splitlines()[0])
    assert first["event"] == event
    assert first | ADA == first
