"""The life of a function's process between its invocations, and the limits that AWS sets it."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import Function, deploy, deploy_failing_once
from tests.patience import PATIENCE_S

SOURCE = """
    import os, resource, subprocess, threading, time
    def handler(event, context):
        limits = map(resource.getrlimit, (resource.RLIMIT_NOFILE, resource.RLIMIT_MEMLOCK))
        return {"pid": os.getpid(), "limits": list(limits), "kind": os.environ[KIND]}
    KIND = "AWS_LAMBDA_INITIALIZATION_TYPE"
"""
KIND = "AWS_LAMBDA_INITIALIZATION_TYPE"
SIMPLE = f"def handler(event, context): return os.environ[{KIND!r}]"


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
        assert wait_until(partial(is_frozen, pid), PATIENCE_S)
    assert len(pids) == 1


def test_a_function_has_the_limits_of_aws(function: Function) -> None:
    """Open files, and bytes of locked memory."""
    assert function.invoke().payload["limits"] == [[1024, 1024], [65_536, 65_536]]


def provisioned(function: Function) -> dict[str, str]:
    """What becomes of one environment of provisioned concurrency for the first version of the function."""
    version = function.client.publish_version(FunctionName=function.name)["Version"]
    names = {"FunctionName": function.name, "Qualifier": version}
    function.client.put_provisioned_concurrency_config(**names, ProvisionedConcurrentExecutions=1)

    def config() -> dict[str, str]:
        return dict(function.client.get_provisioned_concurrency_config(**names))

    assert wait_until(lambda: config()["Status"] != "IN_PROGRESS", PATIENCE_S)
    return config()


def test_provisioned_concurrency_is_there_before_it_is_needed(function: Function) -> None:
    assert provisioned(function)["Status"] == "READY"
    answer = function.client.invoke(FunctionName=function.name, Qualifier="1")
    assert json.loads(answer["Payload"].read())["kind"] == "provisioned-concurrency"


def test_provisioned_concurrency_fails_if_the_import_does(emulator: Emulator) -> None:
    function = deploy(emulator, f"import os\nif os.environ['{KIND}'] != 'on-demand': raise OSError\n{SIMPLE}")
    found = provisioned(function)
    assert (found["Status"], found["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    answer = function.invoke()
    assert answer.payload == "on-demand"
    assert "INIT_START" not in answer.log  # the start of a process is in CloudWatch Logs only
    function.delete()


def test_an_import_that_takes_too_long_is_begun_again_in_the_time_of_the_invocation(
    emulator: Emulator, tmp_path: Path
) -> None:
    """The first one has 10 s, the second one as long as the function may run."""
    left = "context.get_remaining_time_in_millis()"
    function = deploy_failing_once(emulator, tmp_path / "mark", "time.sleep(60)", left)

    answer = function.invoke()

    assert 0 < answer.payload < 10_000
    [line] = [line for line in answer.log.splitlines() if line.startswith("INIT_REPORT")]
    assert line.endswith("ms\tPhase: init\tStatus: timeout")
    function.delete()
