"""Asks the packaged code which requests it cannot take, where nothing is installed but what ships.

The code of a payload's type may end its process, or never return. A worker's process would end, and the queue
be held. So such a request counts as one that the code cannot take, and a new process goes on behind it.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from chalicelib.core.queueing.attempt import READING_MS
from chalicelib.core.queueing.wary import DEADLY
from infra.errors import DeployError
from infra.loadable import shipped_python

MOST_DEADLY = 20  # payloads that end the process: each costs the time to load the handlers again
LOADING_S = 120.0
READING_S = READING_MS / 1000 + 10  # a process that is behind its own limit for so long hangs
PAUSE_S = 0.5
# Tells how many lines are done before it reads the next one: so it is known which one has ended the process.
TAKE = """
import json, os, sys
from itertools import islice
from pathlib import Path
waiting, told, begin, *packages = sys.argv[1:]
begin = int(begin)
sys.path[:0] = [os.getcwd(), *packages]
from chalicelib.adapters.runtime.runner import take
from chalicelib.container import Container
from chalicelib.core.queueing.attempt import READING_MS
from chalicelib.core.queueing.request import Failure, Request, Status
handlers = Container(os.environ, root=Path.cwd()).handlers
with open(waiting) as lines, open(told, "w") as file:
    def tell(*what):
        print(json.dumps(what), file=file, flush=True)
    tell(begin)
    for done, line in enumerate(islice(lines, begin, None), begin + 1):
        user_id, place, type_, payload = json.loads(line)
        handler = handlers.get(type_)
        request = Request(user_id, place, type_, payload, Status.QUEUED, enqueued_at=0)
        seconds = min(handler.timeout, READING_MS / 1000) if handler else 0
        why = take(handler, request, seconds) if handler else Failure("", "There is no handler.")
        if isinstance(why, Failure):
            tell(user_id, place, type_, why.message)
        tell(done)
"""


class Refusal(NamedTuple):
    """A request that the code cannot take."""

    user_id: str
    place: int | str  # its number; the id of one that is scheduled
    type: str
    why: str

    def __str__(self) -> str:
        what = "request" if isinstance(self.place, int) else "scheduled request"
        return f"{what} {self.place} of user {self.user_id}, type {self.type}: {self.why}"


class Answers(NamedTuple):
    refused: Sequence[Refusal] = ()
    looked_at: int = 0
    complete: bool = True  # or too many payloads have ended the process, and the rest was not looked at


def answers(waiting: Path, code: Path, packages: Path | None, environment: Mapping[str, str]) -> Answers:
    """What the unpacked code says about the lines of `waiting`: user, place, type and payload as JSON.

    `packages` is a directory with what the application adds to our requirements. Raises DeployError if the
    code cannot be loaded.
    """
    with waiting.open() as file:
        count = sum(1 for _ in file)
    refused, done, deadly = list[Refusal](), 0, 0
    while done < count and deadly < MOST_DEADLY:
        more, done = _ask(waiting, code, packages, environment, begin=done)
        refused += more
        if done < count:
            refused.append(_deadly(waiting, done))
            done, deadly = done + 1, deadly + 1
    return Answers(refused, done, complete=done == count)


def _ask(
    waiting: Path, code: Path, packages: Path | None, environment: Mapping[str, str], *, begin: int
) -> tuple[list[Refusal], int]:
    """What one process refuses from line `begin` on, and how many lines are done. Raises DeployError."""
    told, errors = waiting.with_name("told"), waiting.with_name("errors")
    told.write_text("")
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [
                *(str(shipped_python()), "-I", "-B", "-c", TAKE, str(waiting), str(told), str(begin)),
                *([str(packages)] if packages else []),
            ],
            cwd=code,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
        try:
            _wait(process, told)
            late = process.poll() is None
        finally:
            process.kill()
            process.wait()
    refused, done = _read(told)
    if done is None:
        why = f"To load it took longer than {LOADING_S:g} seconds.\n" if late else ""
        why += errors.read_text(errors="replace")
        raise DeployError(f"The waiting requests could not be checked. Nothing was deployed.\n{why}")
    return refused, done


def _wait(process: subprocess.Popen[bytes], told: Path) -> None:
    """Until the process has ended, or has told nothing new for too long."""
    size, since = 0, time.monotonic()
    while time.monotonic() - since < (READING_S if size else LOADING_S):
        with suppress(subprocess.TimeoutExpired):
            process.wait(PAUSE_S)
            return
        if (now := told.stat().st_size) != size:
            size, since = now, time.monotonic()


def _read(told: Path) -> tuple[list[Refusal], int | None]:
    """The refusals, and how many lines are done: None if the process did not come so far as to read one."""
    refused, done = list[Refusal](), None
    for what in map(json.loads, _whole(told.read_text().splitlines(keepends=True))):
        if len(what) == 1:
            [done] = what
        else:
            refused.append(Refusal(*what))
    return refused, done


def _whole(lines: Iterable[str]) -> Iterable[str]:
    """Without a last one that the process was writing when it ended."""
    return (line for line in lines if line.endswith("\n"))


def _deadly(waiting: Path, index: int) -> Refusal:
    with waiting.open() as file:
        user_id, place, type_, _ = json.loads(next(islice(file, index, None)))
    return Refusal(user_id, place, type_, DEADLY.message)
