"""Which of the requests that wait or are scheduled the code about to be deployed cannot take.

Their queues would be held: those of scheduled requests when they have entered the line.

The packaged code itself is asked, where nothing is installed but what ships.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from infra import archive
from infra.application import ARCHIVE
from infra.apps import requirements
from infra.apps.folder import App
from infra.asking import Answers, answers
from infra.events import Report
from infra.scheduled import write_scheduled
from infra.target import Target
from infra.waiting import UnreadableError, Written, write_waiting

SHOWN = 20
WAITING, SCHEDULED = "requests that wait", "scheduled requests"
KINDS = {WAITING: write_waiting, SCHEDULED: write_scheduled}


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
        any_read = any(written.count for written in read.values())
        answered = _answers(waiting, packaged, environment, app) if any_read else Answers()
    _tell(answered, read, report)
    return len(answered.refused)


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


def _answers(waiting: Path, packaged: Path, environment: Mapping[str, str], app: App | None) -> Answers:
    code = waiting.with_name("code")
    archive.unpack(packaged / ARCHIVE, code)
    return answers(waiting, code, requirements.installed(app.path) if app else None, environment)


def _tell(answered: Answers, read: Mapping[str, Written], report: Report) -> None:
    for kind, written in read.items():
        if not written.complete:
            report(f"Only the first {written.count + written.unread} {kind} were looked at.")
    for kind, written in read.items():
        if written.unread:
            report(
                f"{written.unread} {kind} were not checked, because their payloads could not be read: "
                f"{written.why}"
            )
    refused = answered.refused
    if not answered.complete:
        report(
            f"Only the first {answered.looked_at} were checked, because too many payloads ended the process "
            "that read them. There may be more requests that the new code cannot take."
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
