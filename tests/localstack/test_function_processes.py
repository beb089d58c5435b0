"""Lambda functions run as local processes, with the ends and the words of AWS."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import (
    Function,
    deploy,
    deploy_failing_once,
    is_running,
    processes_named,
    zipped,
)
from tests.patience import PATIENCE_S

SOURCE = """
    import ctypes, os, subprocess, sys, time

    def handler(event, context):
        match event.get("do"):
            case "exit":
                os._exit(5)
            case "sys.exit":
                sys.exit(3)
            case "crash":
                ctypes.string_at(0)
            case "raise":
                raise ValueError("no such luck")
            case "sleep":
                time.sleep(event["seconds"])
            case "meet":
                open(event["note"], "w").close()
                while not all(map(os.path.exists, event["notes"])):
                    time.sleep(0.05)
            case "fill memory":
                hoard = [bytearray(10_000_000) for _ in iter(lambda: time.sleep(0.01), 1)]
            case "start a child":
                child = subprocess.Popen(["sleep", "300"])
                return {"pid": os.getpid(), "child": child.pid}
            case "evaluate":
                return {"value": eval(event["expression"])}
        return {"pid": os.getpid(), "remaining": context.get_remaining_time_in_millis()}
"""


@pytest.fixture(scope="module")
def function(emulator: Emulator) -> Iterator[Function]:
    function = deploy(emulator, SOURCE, {"COLOUR": "green"}, Timeout=60, MemorySize=128)
    yield function
    function.delete()


@pytest.fixture(scope="module")
def limited(emulator: Emulator) -> Iterator[Function]:
    """May run for two seconds."""
    function = deploy(emulator, SOURCE, Timeout=2)
    yield function
    function.delete()


def evaluate(function: Function, expression: str) -> object:
    return function.invoke(do="evaluate", expression=expression).payload["value"]


def test_one_process_serves_invocations_one_after_another(function: Function) -> None:
    assert len({function.invoke().payload["pid"] for _ in range(3)}) == 1


def test_parallel_invocations_have_processes_of_their_own(function: Function, tmp_path: Path) -> None:
    notes = [str(tmp_path / name) for name in "abc"]
    with ThreadPoolExecutor(3) as threads:
        answers = threads.map(lambda note: function.invoke(do="meet", note=note, notes=notes), notes)
    assert len({answer.payload["pid"] for answer in answers}) == 3


def test_a_function_knows_how_much_time_it_has(limited: Function) -> None:
    assert 0 < limited.invoke().payload["remaining"] <= 2000


def test_an_exception_is_an_error_of_the_function(function: Function) -> None:
    answer = function.invoke(do="raise")
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "ValueError"
    assert answer.payload["errorMessage"] == "no such luck"


@pytest.mark.parametrize(
    ("action", "reason"),
    [("exit", "exit status 5"), ("sys.exit", "exit status 3"), ("crash", "signal: segmentation fault")],
)
def test_the_end_of_the_process_is_an_exit_error_and_the_next_invocation_gets_a_new_process(
    emulator: Emulator, action: str, reason: str
) -> None:
    function = deploy(emulator, SOURCE)
    pid = function.invoke().payload["pid"]
    answer = function.invoke(do=action)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.ExitError"
    assert answer.payload["errorMessage"].endswith(f"Runtime exited with error: {reason}")
    assert function.invoke().payload["pid"] != pid
    function.delete()


def test_a_process_killed_from_outside_is_an_exit_error(emulator: Emulator, tmp_path: Path) -> None:
    function = deploy(emulator, SOURCE, Timeout=60)
    pid, note, never = function.invoke().payload["pid"], tmp_path / "note", tmp_path / "never"
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(function.invoke, do="meet", note=str(note), notes=[str(never)])
        assert wait_until(note.exists, PATIENCE_S)
        os.kill(pid, signal.SIGKILL)
    assert answer.result().payload["errorMessage"].endswith("signal: killed")
    function.delete()


def test_a_process_is_found_by_the_name_of_its_function(function: Function) -> None:
    assert function.invoke().payload["pid"] in processes_named(function.name)


def test_an_invocation_that_overruns_is_killed_with_all_it_has_started(limited: Function) -> None:
    started = limited.invoke(do="start a child").payload
    answer = limited.invoke(do="sleep", seconds=20)
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert answer.payload["errorMessage"].endswith("Task timed out after 2.00 seconds")
    assert not is_running(started["pid"])
    assert wait_until(lambda: not is_running(started["child"]), PATIENCE_S)


def test_a_function_that_takes_too_much_memory_is_killed(emulator: Emulator) -> None:
    function = deploy(emulator, SOURCE, Timeout=60, MemorySize=128)
    answer = function.invoke(do="fill memory")
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    assert answer.payload["errorMessage"].endswith("signal: killed")
    function.delete()


def test_a_module_that_cannot_be_imported_is_an_error_that_the_log_explains(emulator: Emulator) -> None:
    function = deploy(emulator, "import no_such_module")
    answer = function.invoke()
    assert answer.payload["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'no_such_module'" in answer.log
    function.delete()


def test_a_function_sees_nothing_of_the_emulator(function: Function) -> None:
    find = "__import__('importlib.util').util.find_spec({!r}) is None"
    assert evaluate(function, find.format("localstack")) is True
    assert evaluate(function, "[name for name in os.environ if 'LOCALSTACK' in name or 'GURU' in name]") == []


def test_a_function_has_boto3_as_on_aws(emulator: Emulator) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html"""
    function = deploy(
        emulator,
        """
        import boto3
        def handler(event, context):
            return [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
        """,
        Timeout=60,
    )
    emulator.client("s3").create_bucket(Bucket=function.name)

    assert function.name in function.invoke().payload
    function.delete()


def test_a_function_gets_its_variables_and_the_endpoints(function: Function, emulator: Emulator) -> None:
    assert evaluate(function, "os.environ['COLOUR']") == "green"
    assert evaluate(function, "os.environ['AWS_ENDPOINT_URL']") == emulator.edge_url
    assert evaluate(function, "os.environ['AWS_ENDPOINT_URL_DYNAMODB']") == emulator.dynamodb_url


def test_every_invocation_has_a_trace_id(function: Function) -> None:
    first, second = (str(evaluate(function, "os.environ['_X_AMZN_TRACE_ID']")) for _ in range(2))
    assert first.startswith("Root=1-")
    assert first != second


def test_layers_are_importable_and_the_later_one_wins(emulator: Emulator) -> None:
    client = emulator.client("lambda")
    layers = [
        client.publish_layer_version(LayerName=name, Content={"ZipFile": zipped(files)})["LayerVersionArn"]
        for name, files in (
            ("first", {"python/both.py": "NAME = 'first'", "python/only_first.py": "NAME = 'only first'"}),
            ("second", {"python/lib/python3.13/site-packages/both.py": "NAME = 'second'"}),
        )
    ]
    source = """
        import both, only_first
        def handler(event, context):
            return [both.NAME, only_first.NAME]
    """
    function = deploy(emulator, source, Layers=layers)
    assert function.invoke().payload == ["second", "only first"]
    function.delete()


def test_the_processes_of_a_deleted_function_end(emulator: Emulator) -> None:
    function = deploy(emulator, SOURCE)
    pid = function.invoke().payload["pid"]
    function.delete()
    assert wait_until(lambda: not is_running(pid), PATIENCE_S)


def test_a_process_that_is_killed_while_it_starts_is_started_once_more(
    emulator: Emulator, tmp_path: Path
) -> None:
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    function = deploy_failing_once(emulator, tmp_path / "mark", kill, "'started'")

    assert function.invoke().payload == "started"
    function.delete()
