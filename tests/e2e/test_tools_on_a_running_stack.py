"""`make demo` and `make logs` against the deployed stack."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from infra.log_follower import Follower
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.users import User

CHECKOUT = Path(__file__).parents[2]


def test_the_demo_finds_everything_in_order(stack: DeployedStack) -> None:
    demo = subprocess.run(
        [sys.executable, "-m", "local_cloud.demo"],
        cwd=CHECKOUT,
        env=_environment(stack),
        capture_output=True,
        text=True,
        check=False,
    )

    assert demo.returncode == 0, demo.stderr
    assert "All 100 requests of 5 users were carried out" in demo.stdout


def test_the_way_of_a_request_can_be_followed_in_the_logs(stack: DeployedStack, user: User) -> None:
    user.session.enqueue("echo", {})
    groups = {part: f"/aws/lambda/{stack.outputs[part]}" for part in ("ApiFunction", "WorkerFunction")}
    follower = Follower(stack.emulator.client("logs"), groups, since=0)
    lines = follower.new_lines()

    def is_drained() -> bool:
        lines.extend(follower.new_lines())
        return any(line.event == "queue drained" and line.is_about(user.user_id, 1) for line in lines)

    assert wait_until(is_drained, seconds=20)
    own = sorted((line for line in lines if line.is_about(user.user_id, 1)), key=lambda line: line.moment)
    assert [line.event for line in own] == [
        "request accepted",
        "request started",
        "request succeeded",
        "queue drained",
    ]
    assert all(line.fields["trace"].startswith("1-") for line in own)


def test_following_shows_one_user_only_and_ends_with_ctrl_c(stack: DeployedStack, user: User) -> None:
    user.session.enqueue("echo", {})
    with subprocess.Popen(
        [sys.executable, "-m", "infra.logs", "--user", user.username],
        cwd=CHECKOUT,
        env=_environment(stack),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as follower:
        assert follower.stdout is not None
        lines = []
        while "queue drained" not in (line := follower.stdout.readline()):
            lines.append(line)
            assert f"user={user.user_id}" in line
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=20)

    assert (follower.returncode, errors) == (0, "")
    assert any("request succeeded" in line for line in lines)


def _environment(stack: DeployedStack) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'localstack'}",
        "PORT": str(stack.emulator.ports.api),
        "AWS_ENDPOINT_URL": stack.emulator.edge_url,
    }
