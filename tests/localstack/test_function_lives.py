"""The life of a function's process between its invocations, and the limits that AWS sets it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import Function, deploy

SOURCE = """
    import os, resource, subprocess, threading, time
    def handler(event, context):
        return {"pid": os.getpid(), "files": resource.getrlimit(resource.RLIMIT_NOFILE)}
"""


@pytest.fixture(scope="module")
def function(emulator: Emulator) -> Iterator[Function]:
    function = deploy(emulator, SOURCE)
    yield function
    function.delete()


def is_frozen(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_STOPPED


def test_a_function_is_frozen_between_its_invocations(function: Function) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""
    pids = set()
    for _ in range(3):
        pids.add(pid := function.invoke().payload["pid"])
        assert wait_until(partial(is_frozen, pid), 5)
    assert len(pids) == 1


def test_a_function_may_open_as_many_files_as_on_aws(function: Function) -> None:
    assert function.invoke().payload["files"] == [1024, 1024]


def test_an_import_that_takes_too_long_is_begun_again_in_the_time_of_the_invocation(
    emulator: Emulator, tmp_path: Path
) -> None:
    """The first one has 10 s, the second one as long as the function may run."""
    mark = tmp_path / "started-before"
    function = deploy(
        emulator,
        f"""
        import pathlib, time
        mark = pathlib.Path({str(mark)!r})
        if not mark.exists():
            mark.touch()
            time.sleep(60)
        def handler(event, context):
            return context.get_remaining_time_in_millis()
        """,
    )

    answer = function.invoke()

    assert 0 < answer.payload < 10_000
    [line] = [line for line in answer.log.splitlines() if line.startswith("INIT_REPORT")]
    assert line.endswith("ms\tPhase: init\tStatus: timeout")
    function.delete()
