"""`make demo` and `make logs` against the deployed stack."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

from infra.log_follower import Follower
from infra.log_lines import Line
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.programs import CHECKOUT, environment_of
from tests.e2e.users import User
from tests.patience import PATIENCE_S

WAY = ["request accepted", "request started", "request succeeded", "queue drained"]


def test_the_demo_finds_everything_in_order(demo: subprocess.CompletedProcess[str]) -> None:
    assert demo.returncode == 0, demo.stderr
    assert "All 100 requests of 5 users were carried out" in demo.stdout


def test_the_address_among_the_outputs_is_one(stack: DeployedStack) -> None:
    assert stack.outputs["ApiUrl"] == f"{stack.api_url}/"


def test_the_way_of_a_request_can_be_followed_in_the_logs(stack: DeployedStack, user: User) -> None:
    sent = user.session.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": {}})
    call = sent.headers["X-Request-Id"]
    groups = {part: f"/aws/lambda/{stack.outputs[part]}" for part in ("ApiFunction", "WorkerFunction")}
    follower = Follower(stack.emulator.client("logs"), groups, since=0)
    own = list[Line]()

    def is_complete() -> bool:
        """The lines of the one function may come later than those of the other."""
        own.extend(line for line in follower.new_lines() if line.is_about(user.user_id, 1))
        own.sort(key=lambda line: line.moment)
        return [line.event for line in own] == WAY

    assert wait_until(is_complete, PATIENCE_S), own
    assert {line.fields["call"] for line in own[:-1]} == {call}


def test_following_shows_one_user_only_and_ends_with_ctrl_c(stack: DeployedStack, user: User) -> None:
    user.session.enqueue("echo", {})
    with _running(60, stack, "-m", "local_cloud.logs", "--user", user.username) as follower:
        lines = _lines_until("queue drained", follower)
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate()

    assert (follower.returncode, errors) == (0, "")
    assert all(f"user={user.user_id}" in line for line in lines)
    assert any("request succeeded" in line for line in lines)


def test_a_call_is_followed_from_its_id_to_its_outcome_by_one_command(
    stack: DeployedStack, user: User
) -> None:
    """Also where the id is not stored: this payload leaves no room for it."""
    sent = user.session.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"text": "x" * 900}})

    with _running(60, stack, "-m", "local_cloud.logs", "--id", sent.headers["X-Request-Id"]) as follower:
        shown, errors = follower.communicate()

    assert (follower.returncode, errors) == (0, "")
    events = [line[20:].partition("  ")[0].strip() for line in shown.splitlines()]
    assert events[0] == "request accepted"
    assert "call answered" in events, "perhaps after the worker's first lines"
    assert [event for event in events if event in WAY[1:3]] == WAY[1:3]
    refused = user.session.call("POST", "/api/queue/enqueue", {"type": "nobody's"}).headers["X-Request-Id"]
    with _running(60, stack, "-m", "local_cloud.logs", "--id", refused, "--json") as follower:
        [line] = map(json.loads, follower.communicate()[0].splitlines())
    assert (line["user"], line["code"], line["status"]) == (user.user_id, "unknown_type", 422)


@contextmanager
def _running(seconds: float, stack: DeployedStack, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Python with `arguments`; killed when `seconds` are over, so that a read of what it prints ends, too."""
    with subprocess.Popen(
        # A shell that runs the tests in the background has them, and all they start, ignore Ctrl-C.
        ["env", "--default-signal=INT", sys.executable, *arguments],
        cwd=CHECKOUT,
        env=environment_of(stack),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        timer = Timer(seconds, process.kill)
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            process.kill()


def _lines_until(word: str, process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or word not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], f"it has ended without {word!r}: {lines}, {process.communicate()}"
    return lines
