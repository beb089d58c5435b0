"""The time limit, on the real alarm and the real last resort."""

import faulthandler
import itertools
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from chalicelib.adapters.runtime.time_limit import OverrunError, alarm, last_resort

DEAF = """
from chalicelib.adapters.runtime.time_limit import alarm, last_resort

with last_resort(0.05), alarm(0.05):
    while True:
        try:
            while True:
                pass
        except BaseException:
            print("it was told", flush=True)
print("it went on")
"""

LATE = """
import time
from chalicelib.adapters.runtime import time_limit as module

module.LAST_RESORT_S = 0.2
with module.last_resort(0.1), module.alarm(0.1):
    pass
time.sleep(0.6)
print("it lives")
"""


STALLED = """
from types import SimpleNamespace

from chalicelib.adapters.runtime.runner import run
from chalicelib.core.queueing.attempt import Taken
from chalicelib.core.queueing.handler import declarations, handler
from chalicelib.core.queueing.request import Request, Status

@handler("work")
def work(payload: dict) -> None:
    print("it was begun", flush=True)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

request = Request("user", 1, "work", "{}", Status.RUNNING, enqueued_at=0, attempts=1)
watch = SimpleNamespace(seconds_left=0.2, stopping=False)
run(declarations(work)[0], request, Taken({}), 1, watch)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30
    )


def go_on_for_ever() -> None:
    for _ in itertools.repeat(None):
        with suppress(Exception):
            time.sleep(10)


def test_what_is_done_in_time_is_left_alone() -> None:
    with last_resort(30), alarm(30):
        done = True

    assert done
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_takes_longer_is_interrupted_even_if_it_catches_every_exception() -> None:
    with pytest.raises(OverrunError), last_resort(0.02), alarm(0.02):
        go_on_for_ever()

    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_what_is_deaf_to_that_is_ended_with_its_process() -> None:
    ended = run(DEAF)

    assert ended.stdout == "it was told\n"
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr, "and the log shows where it hung"


def test_a_process_that_stood_still_before_its_attempt_ends_when_others_may_take_it_for_crashed() -> None:
    ended = run(STALLED)

    assert ended.stdout == "it was begun\n"
    assert "Timeout (0:00:00.2" in ended.stderr


def test_nothing_is_ended_once_the_block_is_left() -> None:
    assert run(LATE).stdout == "it lives\n"


def test_a_stop_in_the_moment_in_which_the_alarm_is_called_off_leaves_no_alarm_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its signal strikes first, and a second one when the alarm is called off at last."""
    call_off, calls = signal.setitimer, []

    def setitimer(which: int, seconds: float) -> None:
        calls.append(seconds)
        if len(calls) != 2:
            call_off(which, seconds)
        if not seconds:
            raise OverrunError

    monkeypatch.setattr(signal, "setitimer", setitimer)
    before = signal.getsignal(signal.SIGALRM)

    with pytest.raises(OverrunError), last_resort(30), alarm(30):
        pass

    monkeypatch.undo()
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    assert left == 0
    assert signal.getsignal(signal.SIGALRM) is before


def test_an_alarm_in_the_very_last_moment_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """It strikes between the end of the block and the moment in which the alarm is called off."""
    call_off, cancelled = signal.setitimer, []

    def setitimer(which: int, seconds: float) -> None:
        call_off(which, seconds)
        if not seconds:
            raise OverrunError

    monkeypatch.setattr(signal, "setitimer", setitimer)
    monkeypatch.setattr(faulthandler, "cancel_dump_traceback_later", lambda: cancelled.append(True))
    before = signal.getsignal(signal.SIGALRM)

    with pytest.raises(OverrunError), last_resort(30), alarm(30):
        pass

    monkeypatch.undo()
    faulthandler.cancel_dump_traceback_later()
    assert cancelled
    assert signal.getsignal(signal.SIGALRM) is before
