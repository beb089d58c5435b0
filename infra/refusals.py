"""Which of the requests that wait or are scheduled the code about to be deployed cannot take.

Their queues would be held: those of scheduled requests when they have entered the line.

The packaged code itself is asked, where nothing is installed but what ships.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TextIO

from infra.application import ARCHIVE
from infra.apps import requirements
from infra.apps.folder import App
from infra.errors import DeployError
from infra.events import Report
from infra.loadable import shipped_python
from infra.scheduled import write_scheduled
from infra.target import Target
from infra.waiting import UnreadableError, Written, write_waiting

SHOWN = 20
WAITING, SCHEDULED = "requests that wait", "scheduled requests"
KINDS = {WAITING: write_waiting, SCHEDULED: write_scheduled}
TAKE = """
import json, os, sys
from pathlib import Path
waiting, refused, *packages = sys.argv[1:]
sys.path[:0] = [os.getcwd(), *packages]
from chalicelib.adapters.runtime.runner import take
from chalicelib.container import Container
from chalicelib.core.queueing.attempt import READING_MS
from chalicelib.core.queueing.request import Failure, Request, Status
handlers = Container(os.environ, root=Path.cwd()).handlers
with open(waiting) as lines, open(refused, "w") as told:
    for line in lines:
        user_id, place, type_, payload = json.loads(line)
        handler = handlers.get(type_)
        request = Request(user_id, place, type_, payload, Status.QUEUED, enqueued_at=0)
        seconds = min(handler.timeout, READING_MS / 1000) if handler else 0
        why = take(handler, request, seconds) if handler else Failure("", "There is no handler.")
        if isinstance(why, Failure):
            print(json.dumps([user_id, place, type_, why.message]), file=told)
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


def look(
    target: Target,
    outputs: Mapping[str, str],
    packaged: Path,
    report: Report,
    *,
    environment: Mapping[str, str],
    app: App | None = None,
) -> int:
    """How many of the requests that wait or are scheduled in the stack the packaged code cannot take.

    Reports them. `outputs` are those of the stack, and `environment` has the variables that decide which
    handlers there are. Raises DeployError.
    """
    with TemporaryDirectory(prefix="gurukool-waiting-") as temporary:
        waiting = Path(temporary) / "waiting"
        with waiting.open("w") as file:
            read = _read(target, outputs, file, report)
        refused = _refused(waiting, packaged, environment, app) if any(w.count for w in read.values()) else []
    _tell(refused, read, report)
    return len(refused)


def _read(target: Target, outputs: Mapping[str, str], file: TextIO, report: Report) -> Mapping[str, Written]:
    """What was written into the file, by kind; reports the kinds that cannot be read."""
    read = dict[str, Written]()
    for kind, write in KINDS.items():
        before = file.tell()
        try:
            read[kind] = write(target, outputs, file)
        except UnreadableError as error:
            file.seek(before)
            file.truncate()
            report(f"The {kind} could not be read, and were not checked: {error}")
    return read


def _refused(
    waiting: Path, packaged: Path, environment: Mapping[str, str], app: App | None
) -> Sequence[Refusal]:
    code, told = waiting.with_name("code"), waiting.with_name("refused")
    shutil.unpack_archive(packaged / ARCHIVE, code)
    installed = requirements.installed(app.path) if app else None
    program = [str(shipped_python()), "-I", "-B", "-c", TAKE]
    asked = subprocess.run(
        [*program, str(waiting), str(told), *([str(installed)] if installed else [])],
        cwd=code,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise DeployError(f"The waiting requests could not be checked. Nothing was deployed.\n{asked.stderr}")
    return [Refusal(*json.loads(line)) for line in told.read_text().splitlines()]


def _tell(refused: Sequence[Refusal], read: Mapping[str, Written], report: Report) -> None:
    for kind, written in read.items():
        if not written.complete:
            report(f"Only the first {written.count + written.unread} {kind} were looked at.")
    for kind, written in read.items():
        if written.unread:
            report(
                f"{written.unread} {kind} were not checked, because their payloads could not be read: "
                f"{written.why}"
            )
    if summary := _summary(len(refused), read):
        report(summary)
    for refusal in refused[:SHOWN]:
        report(f"  {refusal}")
    if len(refused) > SHOWN:
        report(f"  and {len(refused) - SHOWN} more")


def _summary(refused: int, read: Mapping[str, Written]) -> str:
    """A sentence on what was checked; empty if nothing was, unless it is known that nothing waits."""
    count = sum(written.count for written in read.values())
    unread = any(written.unread for written in read.values())
    if not count:
        return "Nothing waits." if len(read) == len(KINDS) and not unread else ""
    scheduled = " or are scheduled" if SCHEDULED in read and read[SCHEDULED].count else ""
    verdict = f"cannot take {refused} of" if refused else "can take all"
    what, end = f"new code {verdict} {count} {WAITING}{scheduled}", ":" if refused else "."
    return f"Of the others, the {what}{end}" if unread else f"The {what}{end}"
