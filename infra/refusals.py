"""Which of the requests that wait the code about to be deployed cannot take: their queues would be held.

The packaged code itself is asked, where nothing is installed but what ships.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from infra.application import ARCHIVE
from infra.apps import requirements
from infra.apps.folder import App
from infra.errors import DeployError
from infra.events import Report
from infra.loadable import shipped_python
from infra.target import Target
from infra.waiting import UnreadableError, Written, write_waiting

SHOWN = 20
TAKE = """
import json, os, sys
from pathlib import Path
waiting, refused, *packages = sys.argv[1:]
sys.path[:0] = [os.getcwd(), *packages]
from chalicelib.adapters.runtime.runner import take
from chalicelib.container import Container
from chalicelib.core.queueing.request import Failure, Request, Status
handlers = Container(os.environ, root=Path.cwd()).handlers
with open(waiting) as lines, open(refused, "w") as told:
    for line in lines:
        user_id, seq, type_, payload = json.loads(line)
        handler = handlers.get(type_)
        request = Request(user_id, seq, type_, payload, Status.QUEUED, enqueued_at=0)
        why = take(handler, request, handler.timeout) if handler else Failure("", "There is no handler.")
        if isinstance(why, Failure):
            print(json.dumps([user_id, seq, type_, why.message]), file=told)
"""


class Refusal(NamedTuple):
    """A request that the code cannot take."""

    user_id: str
    seq: int
    type: str
    why: str

    def __str__(self) -> str:
        return f"request {self.seq} of user {self.user_id}, type {self.type}: {self.why}"


def look(
    target: Target,
    outputs: Mapping[str, str],
    packaged: Path,
    report: Report,
    *,
    environment: Mapping[str, str],
    app: App | None = None,
) -> int:
    """How many of the requests that wait in the stack with these outputs the packaged code cannot take.

    Reports them. `environment` has the variables that decide which handlers there are. Raises DeployError.
    """
    with TemporaryDirectory(prefix="gurukool-waiting-") as temporary:
        waiting = Path(temporary) / "waiting"
        try:
            with waiting.open("w") as file:
                written = write_waiting(target, outputs, file)
        except UnreadableError as error:
            report(f"The requests that wait could not be read, and were not checked: {error}")
            return 0
        refused = _refused(waiting, packaged, environment, app) if written.count else []
    _tell(refused, written, report)
    return len(refused)


def _refused(
    waiting: Path, packaged: Path, environment: Mapping[str, str], app: App | None
) -> Sequence[Refusal]:
    code, told = waiting.with_name("code"), waiting.with_name("refused")
    shutil.unpack_archive(packaged / ARCHIVE, code)
    installed = requirements.installed(app.path) if app else None
    asked = subprocess.run(
        [
            str(shipped_python()),
            "-I",
            "-B",
            "-c",
            TAKE,
            str(waiting),
            str(told),
            *([str(installed)] if installed else []),
        ],
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


def _tell(refused: Sequence[Refusal], written: Written, report: Report) -> None:
    count = written.count
    bound = "" if written.complete else f"Only the first {count} requests that wait were checked. "
    if written.unread:
        report(
            f"{written.unread} requests that wait were not checked, because their payloads could not be "
            f"read: {written.why}"
        )
        bound += "Of the others: "
    if not refused:
        everything = f"{bound}The new code can take all {count} requests that wait."
        report(everything if count or written.unread else "Nothing waits.")
        return
    report(f"{bound}The new code cannot take {len(refused)} of {count} requests that wait:")
    for refusal in refused[:SHOWN]:
        report(f"  {refusal}")
    if len(refused) > SHOWN:
        report(f"  and {len(refused) - SHOWN} more")
