"""How an emulator starts and ends, with a fake in LocalStack's place; tests/localstack has the real one."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local_cloud.emulator import Emulator
from local_cloud.environment import Account, localstack_environment
from local_cloud.errors import LocalCloudError
from local_cloud.ports import HOST
from local_cloud.processes import of_stack
from local_cloud.waiting import wait_until
from tests.patience import PATIENCE_S
from tests.tools.conftest import FakeCloud, fake_installation


def test_it_runs_between_start_and_stop(fake_cloud: FakeCloud) -> None:
    emulator = fake_cloud.emulator
    with emulator:
        assert emulator.is_healthy()
        assert emulator.is_as_it_would_start_now()
        assert [process.command[-1] for process in emulator.functions()] == ["lambda:fake-worker"]
    assert not of_stack(emulator.state)
    emulator.ports.require_free()


def test_stopping_twice_is_harmless(fake_cloud: FakeCloud) -> None:
    fake_cloud.emulator.start()
    fake_cloud.emulator.stop()
    fake_cloud.emulator.stop()


def test_a_start_that_fails_tells_the_reason_and_leaves_nothing(fake_cloud: FakeCloud) -> None:
    fake_cloud.behave("dies")
    with pytest.raises(LocalCloudError, match=r"(?s)ended while it was starting.*Out of luck\."):
        fake_cloud.emulator.start()
    assert not of_stack(fake_cloud.emulator.state)


def test_a_start_that_takes_too_long_is_given_up(fake_cloud: FakeCloud) -> None:
    fake_cloud.behave("sick")
    slow = fake_cloud.emulator
    installation = fake_installation(fake_cloud.program)
    emulator = Emulator(slow.ports, slow.state, installation=installation, start_seconds=1)
    with pytest.raises(LocalCloudError, match="was not ready within 1 s"):
        emulator.start()
    assert not of_stack(emulator.state)


def test_a_port_in_use_is_told_before_anything_starts(fake_cloud: FakeCloud) -> None:
    emulator = fake_cloud.emulator
    with (
        socket.create_server((HOST, emulator.ports.api)),
        pytest.raises(LocalCloudError, match=f"Port {emulator.ports.api} is in use"),
    ):
        emulator.start()
    assert not emulator.log.exists()


def test_what_a_killed_emulator_leaves_is_found_and_stopped(fake_cloud: FakeCloud) -> None:
    emulator = fake_cloud.emulator
    emulator.start()
    (main,) = [process for process in of_stack(emulator.state) if process.is_emulator]
    os.kill(main.pid, signal.SIGKILL)
    assert wait_until(lambda: not emulator.is_as_it_would_start_now(), PATIENCE_S)
    assert emulator.functions()
    emulator.stop()
    assert not of_stack(emulator.state)


def test_it_is_not_as_it_would_start_now_once_the_extension_has_changed(
    fake_cloud: FakeCloud, tmp_path: Path
) -> None:
    emulator = fake_cloud.emulator
    with emulator:
        installation = fake_installation(fake_cloud.program, tmp_path / "other")
        later = Emulator(emulator.ports, emulator.state, installation=installation)
        assert not later.is_as_it_would_start_now()


def test_a_tied_emulator_ends_with_the_process_that_started_it(fake_cloud: FakeCloud) -> None:
    emulator = fake_cloud.emulator
    program = f"""
import os, signal
from pathlib import Path
from local_cloud.emulator import Emulator
from local_cloud.ports import Ports
from tests.tools.conftest import fake_installation
installation = fake_installation(Path({str(fake_cloud.program)!r}))
Emulator({emulator.ports!r}, Path({str(emulator.state)!r}), installation=installation).start()
os.kill(os.getpid(), signal.SIGKILL)
"""
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **paths}, check=False)
    is_gone = lambda: not any(process.is_emulator for process in of_stack(emulator.state))  # noqa: E731
    assert wait_until(is_gone, PATIENCE_S)


def test_localstack_sees_nothing_of_the_callers_environment(
    fake_cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    emulator = fake_cloud.emulator
    environment = localstack_environment(
        fake_installation(fake_cloud.program), emulator.ports, emulator.state, Account()
    )
    assert "AWS_PROFILE" not in environment


def test_a_port_of_another_stack_is_told_with_that_stack(fake_cloud: FakeCloud, tmp_path: Path) -> None:
    installation = fake_installation(fake_cloud.program)
    other = Emulator(fake_cloud.emulator.ports, tmp_path / "other", installation=installation)
    with fake_cloud.emulator, pytest.raises(LocalCloudError) as refused:
        other.start()
    assert f"is in use by the stack in {fake_cloud.emulator.state}. Stop that" in str(refused.value)
    assert not of_stack(other.state)
