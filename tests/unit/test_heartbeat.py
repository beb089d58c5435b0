"""The heartbeat of a long attempt, on real threads and real processes."""

import json
import subprocess
import sys

import pytest

from tests.unit.overruns import DEAF, HANG_IN_C

# One renewal is due every 0.05 s. The processes that are to live have seconds to spare, for a busy machine.
PROGRAM = """
import faulthandler, re, time
from chalicelib.adapters.runtime import heartbeat, invocation, logs, time_limit
from chalicelib.adapters.runtime.heartbeat import kept_alive
from chalicelib.adapters.runtime.time_limit import OverrunError, alarm, last_resort
from chalicelib.core.errors import LostRaceError, UnavailableError

heartbeat.LAST_RESORT_S = time_limit.LAST_RESORT_S = {last_resort}

def refuse(*_, **__):  # as `dump_traceback_later` does in a process that can start no more threads
    faulthandler.cancel_dump_traceback_later()
    raise RuntimeError("unable to start watchdog thread")

class Heartbeat:
    calls = 0
    stopping = False
    ends = time.monotonic() + {alive}

    def __call__(self):
        Heartbeat.calls += 1
        self.renew()
        self.ends = time.monotonic() + {alive}

    def renew(self):
        {renew}

    def hold_lease(self):
        {hold}

    @property
    def seconds_left(self):
        return self.ends - time.monotonic()

with last_resort({seconds}):
    try:
        with kept_alive(Heartbeat(), {seconds}, every=0.05), alarm({seconds}):
            {work}
            print("done", flush=True)
    except OverrunError:
        print("overrun", flush=True)
time.sleep(0.8)
print("it lives")
"""


def run(
    work: str,
    renew: str = "pass",
    seconds: float = 30,
    alive: float = 0.4,
    last_resort: float = 0.5,
    *,
    hold: str = "pass",
) -> tuple[str, int]:
    """What it printed, and the exit status of its process.

    Each renewal lets the attempt go on for `alive` seconds.
    """
    given = {"work": work, "renew": renew, "hold": hold}
    program = PROGRAM.format(**given, seconds=seconds, alive=alive, last_resort=last_resort)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30
    )
    return ended.stdout, ended.returncode


def test_an_attempt_that_is_renewed_goes_on_for_longer_than_any_renewal_lets_it() -> None:
    assert run("time.sleep(3); assert Heartbeat.calls > 1", alive=2) == ("done\nit lives\n", 0)


@pytest.mark.parametrize(
    ("work", "renew"),
    [
        ("time.sleep(10)", "raise UnavailableError"),
        ("time.sleep(10)", "raise ValueError('nobody foresaw this')"),
        ("time.sleep(10)", "time.sleep(10)"),
        (HANG_IN_C, "pass"),
    ],
    ids=["unanswered", "failing", "hanging", "no renewal while C code runs"],
)
def test_a_process_that_cannot_renew_its_attempt_ends(work: str, renew: str) -> None:
    assert run(work, renew) == ("", 1)


@pytest.mark.parametrize("work", ["; time.sleep(10)", DEAF], ids=["asleep", "deaf"])
def test_a_process_that_cannot_be_armed_any_more_ends_at_once(work: str) -> None:
    assert run(f"faulthandler.dump_traceback_later = refuse{work}", alive=20) == ("", 1)


def test_such_a_process_writes_why_it_ends_and_its_metrics() -> None:
    metrics = 'invocation._write_metrics = lambda: print("metrics", flush=True)'
    fails = f'logs.configure("INFO"); {metrics}; faulthandler.dump_traceback_later = refuse; time.sleep(10)'

    written, status = run(fails, alive=20)

    line, last = written.splitlines()
    assert (json.loads(line)["event"], last, status) == ("worker failed", "metrics", 1)
    assert "unable to start watchdog thread" in json.loads(line)["exception"]


def test_a_process_whose_heartbeat_dies_ends_at_once() -> None:
    assert run("time.sleep(10)", "raise SystemExit", alive=20) == ("", 1)


def test_one_renewal_that_fails_is_no_harm() -> None:
    once = "Heartbeat.calls == 2 and (_ for _ in ()).throw(UnavailableError())"

    assert run("time.sleep(3)", once, alive=2) == ("done\nit lives\n", 0)


@pytest.mark.parametrize("hold", ["time.sleep(10)", "raise ValueError('nobody foresaw this')"])
def test_an_attempt_goes_on_whatever_becomes_of_its_wake_up(hold: str) -> None:
    assert run("time.sleep(3); assert Heartbeat.calls > 1", alive=2, hold=hold) == ("done\nit lives\n", 0)


def test_an_attempt_that_is_not_the_current_one_is_interrupted() -> None:
    assert run("time.sleep(10)", "raise LostRaceError", alive=10) == ("overrun\nit lives\n", 0)


def test_the_time_limit_holds_whatever_is_renewed() -> None:
    assert run("time.sleep(10)", seconds=0.6, alive=10, last_resort=10) == ("overrun\nit lives\n", 0)
    assert run(DEAF, seconds=0.6) == ("", 1)
