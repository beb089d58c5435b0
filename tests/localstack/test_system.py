"""What the extension needs of the kernel, on Linux and in the ways for other systems, both tried here."""

import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from gurukool_localstack import system
from local_cloud.waiting import wait_until
from tests.localstack.functions import is_running
from tests.patience import PATIENCE_S

LINUX = pytest.mark.parametrize("linux", [True, False])
SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "600"]) as child:
        yield child
        child.kill()


@LINUX
@pytest.mark.parametrize("frozen", [False, True])
def test_a_command_is_killed_when_its_parent_is_even_if_it_is_frozen(
    tmp_path: Path, *, linux: bool, frozen: bool
) -> None:
    pids = tmp_path / "pid"
    program = f"""
import os, subprocess, time
from gurukool_localstack.system import bound_to_parent
child = subprocess.Popen(bound_to_parent({SLEEP!r}, linux={linux}), start_new_session=True)
open({str(pids)!r} + ".new", "w").write(str(child.pid))
os.rename({str(pids)!r} + ".new", {str(pids)!r})
time.sleep(600)
"""
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **paths}) as parent:
        assert wait_until(pids.exists, PATIENCE_S)
        child = int(pids.read_text())
        assert wait_until(lambda: psutil.Process(child).cmdline() == SLEEP, PATIENCE_S)
        if frozen:
            os.killpg(child, signal.SIGSTOP)
        parent.kill()
    assert wait_until(lambda: not is_running(child), PATIENCE_S)


def test_who_looks_on_ends_with_the_command() -> None:
    with subprocess.Popen(system.bound_to_parent(SLEEP, linux=False), start_new_session=True) as child:
        assert wait_until(lambda: psutil.Process(child.pid).cmdline() == SLEEP, PATIENCE_S)
        assert wait_until(lambda: bool(psutil.Process(child.pid).children()), PATIENCE_S)
        [onlooker] = psutil.Process(child.pid).children()
        child.kill()
    assert wait_until(lambda: not is_running(onlooker.pid), PATIENCE_S)


def test_a_program_that_looks_on_does_not_keep_the_output_open() -> None:
    command = system.bound_to_parent(["/bin/echo", "said"], linux=False)
    assert subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE_S).stdout == b"said\n"


@LINUX
def test_the_end_of_a_child_is_seen_before_it_is_reaped(
    child: subprocess.Popen[bytes], *, linux: bool
) -> None:
    ended = system.descriptor_of_end(child.pid, linux=linux)
    poller = select.poll()
    poller.register(ended, select.POLLIN)
    assert poller.poll(0) == []

    child.kill()

    assert [descriptor for descriptor, _ in poller.poll(PATIENCE_S * 1000)] == [ended]
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    os.close(ended)


@LINUX
def test_the_memory_of_a_process_is_known(*, linux: bool) -> None:
    assert 5 < system.MemoryMeter(os.getpid(), linux=linux).megabytes() < 10_000
    assert system.MemoryMeter(2**22 + 1, linux=linux).megabytes() == 0


@LINUX
def test_a_process_that_has_ended_has_no_memory(child: subprocess.Popen[bytes], *, linux: bool) -> None:
    meter = system.MemoryMeter(child.pid, linux=linux)
    assert meter.megabytes() > 0
    child.kill()
    child.wait()
    assert meter.megabytes() == 0


@LINUX
def test_a_process_may_open_so_many_files(*, linux: bool) -> None:
    show = f"import resource, sys; sys.stdin.read(); print(*resource.getrlimit({resource.RLIMIT_NOFILE}))"
    command = system.with_open_files([sys.executable, "-c", show], 99, linux=linux)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        system.limit(child.pid, {resource.RLIMIT_NOFILE: 99}, linux=linux)
        shown, _ = child.communicate("")
    assert shown == "99 99\n"
