"""What a handler's author logs is found, and nobody can silence what follows."""

import json
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import logging, os, socket, sys
from chalicelib.adapters.runtime import logs
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.handler import declarations, handler
from chalicelib.core.queueing.request import Request, Status
from tests.fakes.attempts import attempt

gurukool = logging.getLogger("gurukool")

@handler("work")
def work(payload: str) -> str:
    {body}
    return "done"

logs.configure("INFO")
logs.begin_invocation("id")
request = Request("ada", 7, "work", '"x"', Status.RUNNING, enqueued_at=0, attempts=2)
assert attempt(declarations(work)[0], request, 5).json == '"done"'
log_event("after it", user="eve")
"""
BOUND = {"user": "ada", "seq": 7, "type": "work", "attempt": 2, "request_id": "id"}


def lines(body: str, program: str = PROGRAM) -> list[dict[str, Any]]:
    program = program.replace("{body}", body)
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert not ran.returncode, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]


def test_what_a_handler_logs_is_found_under_its_user_and_number() -> None:
    body = """logging.info("to the root"); logging.getLogger("mine").warning("%d of %d", 1, 2)
    logging.getLogger("mine").debug("too little"); log_event("as we do", extra=1)
    logging.getLogger("botocore.hooks").info("what a library says")"""

    *logged, after = lines(body)

    assert [line["event"] for line in logged] == ["to the root", "1 of 2", "as we do"]
    assert all(line | BOUND == line for line in logged)
    assert (logged[1]["logger"], logged[1]["level"]) == ("mine", "WARNING")
    assert (after["event"], after["user"], "seq" in after) == ("after it", "eve", False)


def test_what_a_handler_prints_is_found_likewise() -> None:
    body = """print("one line\\nand another"); print("a warning", file=sys.stderr); log_event("between")
    import threading; thread = threading.Thread(target=print, args=("of a thread",))
    thread.start(); thread.join()
    print("without an end", end="")"""

    *logged, after = lines(body)

    assert [(line["event"], line["level"]) for line in logged] == [
        ("one line\nand another", "INFO"),
        ("a warning", "WARNING"),
        ("between", "INFO"),
        ("of a thread", "INFO"),
        ("without an end", "INFO"),
    ]
    assert all(line | BOUND == line for line in logged)
    assert after["event"] == "after it"


def test_what_is_printed_is_logged_whatever_the_level_is() -> None:
    program = PROGRAM.replace('configure("INFO")', 'configure("ERROR")')

    assert [line["event"] for line in lines('print("seen"); logging.info("not")', program)] == ["seen"]


def test_an_error_that_a_handler_logs_has_its_traceback() -> None:
    body = """
    try: 1 / 0
    except ZeroDivisionError: logging.exception("oh")"""

    assert "ZeroDivisionError" in lines(body)[0]["exception"]


@pytest.mark.parametrize(
    "body",
    [
        "logging.disable(logging.CRITICAL)",
        "logging.basicConfig(level=logging.CRITICAL, force=True); logging.shutdown()",
        "logging.getLogger().handlers.clear()",
        "gurukool.propagate = False; gurukool.disabled = True; gurukool.setLevel(99)",
        "sys.stdout.close()",
        "os.close(1)",
        "os.close(1); LEFT = socket.socket(); assert LEFT.fileno() == 1; sys.LEFT = LEFT",
        "sys.stdout = None",
        "import io; sys.stdout = io.StringIO()",
        "sys.stderr.close(); os.close(2)",
        "os.closerange(3, 1024)",
    ],
)
def test_a_handler_cannot_silence_what_follows_it(body: str) -> None:
    assert [line["event"] for line in lines(body)] == ["after it"]


def test_a_line_that_cannot_be_formatted_fails_nothing() -> None:
    said = lines('logging.info("%d", "x")')

    assert [line["event"] for line in said] == ["a line could not be logged", "after it"]
