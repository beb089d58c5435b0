"""The end of an attempt that somebody has asked to stop, on real threads and real processes."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.stopped import Stopped
from tests.unit.overruns import DEAF

# Looks every 0.05 s; the handler may go on for 0.3 s after the stop, unless the attempt may not.
PROGRAM = """
import faulthandler, re, time
from chalicelib.adapters.runtime import stop_watch
from chalicelib.adapters.runtime.time_limit import OverrunError, alarm, last_resort
from chalicelib.core.errors import LostRaceError

stop_watch.LOOK_S, stop_watch.CLEAN_UP_MS = 0.05, {clean_up_ms}

def refuse(*_, **__):  # as `dump_traceback_later` does in a process that can start no more threads
    faulthandler.cancel_dump_traceback_later()
    raise RuntimeError("unable to start watchdog thread")

class Watch:
    looks, stopping, expected = 0, False, None

    def __call__(self):
        Watch.looks += 1
        self.stopping = {stops}

    def at_most(self, within_ms, spare_ms):
        return min(within_ms, {left_ms} - spare_ms)

    def expect_end(self, within_ms):
        self.expected = within_ms
        {expect}

    def hold_lease(self):
        {hold}

watch = Watch()
with last_resort(30):
    try:
        with stop_watch.stoppable(watch, 30), alarm(30):
            {work}
            print("done", flush=True)
    except OverrunError:
        print("interrupted", flush=True)
time.sleep(0.8)
print("it lives")
"""
SOON = "Watch.looks >= 3"


def run(
    work: str,
    stops: str = SOON,
    expect: str = "pass",
    clean_up_ms: int = 300,
    left_ms: int = 30_000,
    *,
    hold: str = "pass",
) -> tuple[str, int]:
    """What it printed, and the exit status of its process."""
    given = {"work": work, "stops": stops, "expect": expect, "hold": hold}
    program = PROGRAM.format(**given, clean_up_ms=clean_up_ms, left_ms=left_ms)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30
    )
    return ended.stdout, ended.returncode


def test_a_handler_that_ends_by_itself_is_not_interrupted() -> None:
    work = "while not watch.stopping: time.sleep(0.01)"

    assert run(work) == ("done\nit lives\n", 0)


def test_a_handler_that_does_not_end_is_interrupted_after_its_time_to_clean_up() -> None:
    assert run("time.sleep(10)") == ("interrupted\nit lives\n", 0)


def test_a_handler_that_ignores_even_that_is_ended_with_its_process() -> None:
    assert run(DEAF) == ("", 1)


def test_a_process_that_cannot_be_armed_any_more_ends_at_once() -> None:
    assert run("faulthandler.dump_traceback_later = refuse; time.sleep(10)") == ("", 1)


def test_the_process_ends_before_somebody_else_may_take_the_attempt_for_crashed() -> None:
    assert run(DEAF, clean_up_ms=3_600_000, left_ms=700) == ("", 1)
    assert run("time.sleep(10)", clean_up_ms=3_600_000, left_ms=700) == ("interrupted\nit lives\n", 0)


def test_the_next_worker_is_told_when_this_process_has_ended_at_the_latest() -> None:
    work = "while watch.expected is None: time.sleep(0.01)\n            print(watch.expected)"

    assert run(work) == ("800\ndone\nit lives\n", 0)


@pytest.mark.parametrize("error", ["LostRaceError", "ValueError('nobody foresaw this')"])
def test_it_ends_also_if_that_cannot_be_told(error: str) -> None:
    assert run("time.sleep(10)", expect=f"raise {error}") == ("interrupted\nit lives\n", 0)


def test_its_end_does_not_wait_for_the_wake_up() -> None:
    assert run("time.sleep(10)", hold="time.sleep(10)") == ("interrupted\nit lives\n", 0)


def test_nothing_ends_what_nobody_stops() -> None:
    assert run("while Watch.looks < 3: time.sleep(0.01)", "False") == ("done\nit lives\n", 0)
    failing = "(_ for _ in ()).throw(ValueError('the store does not answer'))"
    assert run("time.sleep(0.4)", failing) == ("done\nit lives\n", 0)


def test_an_attempt_that_is_over_soon_is_not_looked_at() -> None:
    assert run("time.sleep(0.001)\n            assert not Watch.looks", "1 / 0") == ("done\nit lives\n", 0)


def test_a_handler_can_ask_whether_it_is_to_stop() -> None:
    known = SimpleNamespace(stopping=False)
    request = HandlerRequest("ada", 1, "echo", _is_stopping=lambda: cast("Any", known).stopping)
    request.raise_if_stopping()

    known.stopping = True

    assert request.stopping
    with pytest.raises(Stopped):
        request.raise_if_stopping()
    assert not issubclass(Stopped, Exception), "a handler's `except Exception` would catch it"
