"""Before a deployment: a payload that ends or hangs the process that reads it does not end the check."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from bootstrap.cache import CHECKOUT
from chalicelib.core.queueing.wary import DEADLY
from infra import asking, refusals
from infra.asking import Answers, Refusal, answers
from infra.errors import DeployError
from infra.target import Target
from infra.waiting import Written

NO_HANDLER = "There is no handler."
HANDLERS = """
import os, signal, time
from dataclasses import dataclass
from gurukool import handler

@dataclass
class Payload:
    does: str

    def __post_init__(self):
        if self.does == "abort":
            os.abort()
        if self.does == "hang":  # like a loop in C, which no signal interrupts
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
            time.sleep(600)

@handler("work")
def work(payload: Payload) -> None: ...
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """As the packaged code is unpacked."""
    root = tmp_path / "code"
    (root / "handlers").mkdir(parents=True)
    for package in ("chalicelib", "gurukool"):
        (root / package).symlink_to(CHECKOUT / package)
    (root / "application.json").write_text("{}")
    (root / "handlers/work.py").write_text(HANDLERS)
    return root


def asked(code: Path, does: Sequence[str]) -> Answers:
    waiting = code.with_name("waiting")
    lines = [json.dumps(["ada", n, "work", json.dumps({"does": each})]) for n, each in enumerate(does, 1)]
    waiting.write_text("".join(f"{line}\n" for line in [*lines, json.dumps(["ada", 99, "gone", "{}"])]))
    return answers(waiting, code, packages=None, environment={})


def test_the_check_goes_on_behind_a_payload_that_ends_the_process(code: Path) -> None:
    checked = asked(code, ["nothing", "abort", "nothing", "abort"])

    refused = [(refusal.place, refusal.why) for refusal in checked.refused]
    assert refused == [(2, DEADLY.message), (4, DEADLY.message), (99, NO_HANDLER)]
    assert (checked.looked_at, checked.complete) == (5, True)


def test_the_check_goes_on_behind_a_payload_that_hangs(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "READING_S", 1.0)

    checked = asked(code, ["hang", "nothing"])

    assert [(each.place, each.why) for each in checked.refused] == [(1, DEADLY.message), (99, NO_HANDLER)]


def test_the_check_ends_when_many_payloads_end_the_process(
    code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_DEADLY", 2)

    checked = asked(code, ["nothing", "abort", "abort", "nothing"])

    assert [refusal.place for refusal in checked.refused] == [2, 3]
    assert (checked.looked_at, checked.complete) == (3, False)


def test_code_that_cannot_be_loaded_is_an_error(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code / "handlers/work.py").write_text("import nosuchmodule")
    with pytest.raises(DeployError, match=re.compile("could not be checked.*nosuchmodule", re.DOTALL)):
        asked(code, ["nothing"])

    (code / "handlers/work.py").write_text("import time\ntime.sleep(600)")
    monkeypatch.setattr(asking, "LOADING_S", 1.0)
    with pytest.raises(DeployError, match="took longer than 1 seconds"):
        asked(code, ["nothing"])


def test_a_check_that_has_ended_early_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = [Refusal("ada", 30, "work", DEADLY.message)]
    monkeypatch.setattr(refusals, "KINDS", {refusals.WAITING: lambda *_: Written(50)})
    monkeypatch.setattr(refusals, "_answers", lambda *_: Answers(refused, 30, complete=False))
    lines: list[str] = []

    assert refusals.look(Target("us-east-1"), {}, Path(), lines.append, environment={}) == 1
    assert lines[0].startswith("Only the first 30 were checked, because too many payloads ended the process ")
    assert lines[1:] == [
        "The new code cannot take 1 of 50 requests that wait:",
        "  request 30 of user ada, type work: The worker's process ended while it read the payload.",
    ]
