"""up, down, reset and status, with a fake in LocalStack's place."""

import os
import re
import signal
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from local_cloud import disks
from local_cloud.emulator import Emulator
from local_cloud.errors import LocalCloudError
from local_cloud.ports import HOST
from local_cloud.processes import of_stack
from local_cloud.stack import BROKEN, Stack
from tests.tools.conftest import FakeCloud, is_down, main_pid

Deploy = Callable[[Emulator], object]


@pytest.fixture
def stack(fake_cloud: FakeCloud) -> Stack:
    return Stack(fake_cloud.emulator, deploy=lambda _: None)


def test_up_says_where_everything_is(
    fake_cloud: FakeCloud, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    printed = capsys.readouterr().out
    assert re.search(r"Ready in \d+\.\d s\.", printed)
    assert fake_cloud.emulator.api_url in printed
    assert fake_cloud.emulator.edge_url in printed


def test_up_twice_deploys_again_to_the_same_emulator(
    fake_cloud: FakeCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed: list[Emulator] = []
    stack = Stack(fake_cloud.emulator, deployed.append)
    stack.up()
    first = main_pid(fake_cloud)
    stack.up()
    assert main_pid(fake_cloud) == first
    assert deployed == [fake_cloud.emulator] * 2
    assert "already running" in capsys.readouterr().out


def test_a_full_disk_is_told_before_anything_is_started_and_while_the_stack_runs(
    fake_cloud: FakeCloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    monkeypatch.setattr(disks, "LEAST_BYTES", 2**70)
    full = rf"the disk of {fake_cloud.emulator.state} is full \(\d+ MB are free\)\. Make room"

    assert stack.status() == BROKEN
    assert re.search(rf"processes are running, but {full}: everything", capsys.readouterr().out)
    with pytest.raises(LocalCloudError, match=rf"^Nothing was changed: {full}, and try again\.$"):
        stack.up()


def test_down_twice_leaves_nothing(
    fake_cloud: FakeCloud, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    stack.down()
    assert is_down(fake_cloud)
    stack.down()
    assert capsys.readouterr().out.endswith("The stack is down.\nNothing was running.\n")


def test_up_mends_a_stack_whose_emulator_was_killed(fake_cloud: FakeCloud, stack: Stack) -> None:
    stack.up()
    orphans = [process.pid for process in fake_cloud.emulator.functions()]
    os.kill(main_pid(fake_cloud), signal.SIGKILL)
    stack.up()
    assert fake_cloud.emulator.is_healthy()
    assert not {process.pid for process in fake_cloud.emulator.functions()} & set(orphans)


def test_up_mends_a_stack_that_does_not_answer(
    fake_cloud: FakeCloud, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    sick = main_pid(fake_cloud)
    fake_cloud.behave("sick until it is started anew")
    stack.up()
    assert main_pid(fake_cloud) != sick
    assert "does not answer; starting a new stack" in capsys.readouterr().out


def test_up_from_a_shell_with_another_path_keeps_what_runs(
    fake_cloud: FakeCloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.up()
    first = main_pid(fake_cloud)
    monkeypatch.setenv("PATH", f"/opt/elsewhere:{os.environ['PATH']}")
    stack.up()
    assert main_pid(fake_cloud) == first


def test_up_names_the_port_that_another_program_has(fake_cloud: FakeCloud, stack: Stack) -> None:
    port = fake_cloud.emulator.ports.edge
    with (
        socket.create_server((HOST, port)),
        pytest.raises(LocalCloudError, match=rf"Port {port} is in use by process {os.getpid()} "),
    ):
        stack.up()


def test_a_stack_that_runs_is_not_stopped_for_ports_that_it_cannot_have(
    fake_cloud: FakeCloud, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    first, running = main_pid(fake_cloud), fake_cloud.emulator.ports
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        holder.listen()
        fake_cloud.emulator.ports = replace(running, api=holder.getsockname()[1])
        stack.status()
        assert "their settings differ" in capsys.readouterr().out
        with pytest.raises(LocalCloudError, match="is in use"):
            stack.up()
    assert main_pid(fake_cloud) == first


@pytest.mark.parametrize("mishap", [LocalCloudError("No."), KeyboardInterrupt()])
def test_a_first_deployment_that_fails_leaves_nothing(fake_cloud: FakeCloud, mishap: BaseException) -> None:
    with pytest.raises(type(mishap)):
        Stack(fake_cloud.emulator, fails_with(mishap)).up()
    assert is_down(fake_cloud)


def test_a_later_deployment_that_fails_leaves_the_stack_as_it_was(
    fake_cloud: FakeCloud, stack: Stack
) -> None:
    stack.up()
    first = main_pid(fake_cloud)
    with pytest.raises(LocalCloudError):
        Stack(fake_cloud.emulator, fails_with(LocalCloudError("No."))).up()
    assert main_pid(fake_cloud) == first
    assert fake_cloud.emulator.is_healthy()


def test_reset_starts_with_nothing(fake_cloud: FakeCloud, stack: Stack) -> None:
    stack.up()
    first = main_pid(fake_cloud)
    stack.reset()
    assert main_pid(fake_cloud) != first


def test_status_tells_the_three_states(
    fake_cloud: FakeCloud, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stack.status() == 3
    assert "is down" in capsys.readouterr().out
    stack.up()
    assert stack.status() == 0
    assert f"is up (3 processes): {fake_cloud.emulator.api_url}" in capsys.readouterr().out
    fake_cloud.behave("sick until it is started anew")
    assert stack.status() == 1
    assert "the API does not answer" in capsys.readouterr().out


def test_a_database_that_has_ended_alone_is_seen_and_mended(
    fake_cloud: FakeCloud, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    first = main_pid(fake_cloud)
    [database] = [
        process for process in of_stack(fake_cloud.emulator.state) if "http.server" in process.command
    ]
    os.kill(database.pid, signal.SIGKILL)
    assert stack.status() == 1
    assert "DynamoDB Local does not answer. `make up` starts a new stack" in capsys.readouterr().out
    stack.up()
    assert main_pid(fake_cloud) != first
    assert stack.status() == 0


def test_a_worker_is_killed_and_nothing_else(
    fake_cloud: FakeCloud, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    [worker] = fake_cloud.emulator.workers()
    stack.kill_worker()
    assert f"Killed: {worker.pid}." in capsys.readouterr().out
    assert fake_cloud.emulator.is_healthy()
    stack.kill_worker()
    assert "No worker runs." in capsys.readouterr().out


def fails_with(mishap: BaseException) -> Deploy:
    def deploy(_: Emulator) -> None:
        raise mishap

    return deploy
