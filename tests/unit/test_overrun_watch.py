"""The watch, in real processes: what has to be ended by force is noted first."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Never

import psutil
import pytest

from chalicelib.adapters.runtime import overrun_watch
from chalicelib.adapters.runtime.overrun_watch import OverrunWatch
from chalicelib.core.queueing.request import Request, Status
from local_cloud.waiting import wait_until

PROGRAM = """
import os, sys, time
from pathlib import Path
from chalicelib.adapters.runtime import overrun_watch, time_limit
from chalicelib.core.queueing.handler import declarations, handler
from chalicelib.core.queueing.request import Request, Status
from tests.fakes import attempts

time_limit.LAST_RESORT_S = 1.5  # time for the note, on a busy machine

noted, how = Path(sys.argv[1]), sys.argv[2]
limit = 1 if "while it waits" in how else 0.5

def note(user, seq, mark):
    noted.write_text(f"{user} {seq} {mark}")

@handler("work")
def work(payload: str) -> str:
    if payload == "holds the interpreter's lock":
        sum(range(10**12))
    while payload == "catches everything":
        try:
            time.sleep(30)
        except BaseException:
            pass
    if payload == "is killed":
        os.kill(os.getpid(), 9)
    if payload.startswith("ends the watch"):
        while "while it waits" in payload and not overrun_watch._read(watch._shared, overrun_watch._LOOKS):
            time.sleep(0.001)
        os.kill(watch._child, 9)
        keep = 0 if "takes its exit code" in payload else os.WNOWAIT
        os.waitid(os.P_PID, watch._child, os.WEXITED | keep)
    return "done"

watch = overrun_watch.OverrunWatch(note)

def attempt(payload, seq):
    request = Request("ada", seq, "work", f'"{payload}"', Status.RUNNING, 0, attempt_token=f"mark{seq}")
    return attempts.attempt(declarations(work)[0], request, limit, watch=watch)

for seq, payload in enumerate(["is quick", how], 1):
    print(attempt(payload, seq), flush=True)
print(attempt("holds the interpreter's lock", 3), flush=True)
"""


def run(noted: Path, how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(noted), how]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("how", ["holds the interpreter's lock", "catches everything"])
def test_what_does_not_react_to_its_time_limit_is_noted_and_ended(tmp_path: Path, how: str) -> None:
    ended = run(tmp_path / "noted", how)

    assert ended.returncode == 1
    assert ended.stdout.count("done") == 1
    assert (tmp_path / "noted").read_text() == "ada 2 mark2"


def test_what_is_over_in_time_is_not_noted_and_a_later_overrun_is(tmp_path: Path) -> None:
    ended = run(tmp_path / "noted", "is quick")

    assert ended.stdout.count("done") == 2
    assert (tmp_path / "noted").read_text() == "ada 3 mark3"


@pytest.mark.parametrize("when", ["", " while it waits"])
@pytest.mark.parametrize("more", ["", " and takes its exit code"])
def test_a_watch_that_a_handler_has_ended_is_replaced(tmp_path: Path, when: str, more: str) -> None:
    ended = run(tmp_path / "noted", f"ends the watch{when}{more}")

    assert ended.stdout.count("done") == 2
    assert (tmp_path / "noted").read_text() == "ada 3 mark3"


def test_an_attempt_that_begins_while_the_watch_looks_is_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch finds the first attempt late, which ends then; what it reads next is the second's."""

    class WaitsError(Exception):
        pass

    def begin(seq: int, ends: float) -> None:
        running = Request("ada", seq, "work", "1", Status.RUNNING, enqueued_at=0, attempt_token="mark")
        watch._begin(running, ends)

    def monotonic() -> float:
        """The time between the two reads of the watch."""
        begin(2, 1_000.0)
        return 100.0

    def wait(*_: object) -> Never:
        raise WaitsError

    noted = list[int]()
    watch = OverrunWatch(lambda _user, seq, _mark: noted.append(seq))
    monkeypatch.setattr(watch, "_start", lambda: None)
    begin(1, 1.0)
    monkeypatch.setattr(signal, "sigtimedwait", wait)
    monkeypatch.setattr(time, "monotonic", monotonic)

    with pytest.raises(WaitsError):
        overrun_watch._Look(watch._shared, watch._note).for_ever()

    assert noted == []


def test_a_crash_is_no_overrun_and_the_watch_ends_with_its_process(tmp_path: Path) -> None:
    ended = run(tmp_path / "noted", "is killed")

    assert ended.returncode == -9
    assert not (tmp_path / "noted").exists()
    assert wait_until(lambda: not _alive(str(tmp_path)), seconds=10)


def _alive(argument: str) -> bool:
    """Whether another process has `argument` among its own."""
    others = (process for process in psutil.process_iter(["cmdline"]) if process.pid != os.getpid())
    return any(argument in " ".join(process.info["cmdline"] or ()) for process in others)
