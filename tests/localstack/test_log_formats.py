"""The log format, the levels and the log group of a function's LoggingConfig."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.functions import Function, deploy
from tests.patience import PATIENCE_S

SOURCE = """
    import logging, os

    def handler(event, context):
        for line in event["lines"]:
            print(line)
        logging.getLogger().warning("logged %d", 1)
        logging.getLogger().debug("too little")
        if "exit" in event:
            os._exit(event["exit"])
        if "raise" in event:
            raise ValueError("no such luck")
"""
OURS = '{"timestamp": "2026-11-30T00:00:00.123Z", "level": "WARNING", "event": "x"}'
CHATTY = '{"timestamp": "2026-11-30T00:00:00.123Z", "level": "DEBUG", "event": "y"}'


@pytest.fixture(scope="module")
def functions(emulator: Emulator) -> Iterator[dict[str, Function]]:
    """By the level of Lambda's own lines."""
    group = f"/test/{uuid.uuid4().hex}"
    made = {
        level: deploy(
            emulator,
            SOURCE,
            LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": level, "LogGroup": f"{group}-{level}"},
        )
        for level in ("WARN", "INFO")
    }
    yield made
    for function in made.values():
        function.delete()


def invoke(function: Function, *lines: str, **event: Any) -> list[str]:
    return function.invoke(lines=lines, **event).log.splitlines()


def types(lines: list[str]) -> list[str]:
    return [json.loads(line)["type"] for line in lines]


def test_lines_that_are_json_pass_as_they_are_and_nothing_is_written_around_them(
    functions: dict[str, Function],
) -> None:
    printed = invoke(functions["WARN"], OURS, "just text")

    assert printed[:2] == [OURS, "just text"]
    [logged] = printed[2:]
    assert json.loads(logged) | {"level": "WARNING", "message": "logged 1"} == json.loads(logged)


def test_lines_below_the_level_are_not_logged(functions: dict[str, Function]) -> None:
    assert invoke(functions["WARN"], CHATTY, OURS)[0] == OURS


def test_a_line_without_a_timestamp_gets_one_and_the_level_info(functions: dict[str, Function]) -> None:
    for line in ('{"level": "DEBUG", "event": "x"}', '{"level": "ERROR", "timestamp": "noon", "event": "x"}'):
        document = json.loads(invoke(functions["WARN"], line)[0])
        assert (document["level"], document["event"]) == ("INFO", "x")
        assert document["timestamp"].endswith("Z")


def test_lambdas_own_lines_are_documents(functions: dict[str, Function]) -> None:
    invoke(functions["INFO"])  # the first invocation of a process also logs its start
    start, _, report = map(json.loads, invoke(functions["INFO"]))

    assert (start["type"], report["type"]) == ("platform.start", "platform.report")
    assert start["record"]["requestId"] == report["record"]["requestId"]
    assert report["record"]["status"] == "success"
    assert report["record"]["metrics"]["memorySizeMB"] == 256


def test_a_failure_is_told_at_any_level(functions: dict[str, Function]) -> None:
    raised = json.loads(invoke(functions["WARN"], **{"raise": True})[-1])
    assert (raised["level"], raised["errorType"]) == ("ERROR", "ValueError")

    done, report = invoke(functions["WARN"], exit=3)[-2:]

    assert types([done, report]) == ["platform.runtimeDone", "platform.report"]
    record = json.loads(report)["record"]
    assert (record["status"], record["errorType"]) == ("error", "Runtime.ExitError")


def test_the_lines_are_in_the_group_that_the_configuration_names(
    emulator: Emulator, functions: dict[str, Function]
) -> None:
    function, client = functions["WARN"], emulator.client("logs")
    group = emulator.client("lambda").get_function_configuration(FunctionName=function.name)["LoggingConfig"]
    invoke(function, "to its group")

    def found() -> bool:
        events = client.filter_log_events(logGroupName=group["LogGroup"])["events"]
        return "to its group" in {event["message"] for event in events}

    assert wait_until(found, PATIENCE_S)
    groups = client.describe_log_groups(logGroupNamePrefix=function.log_group)["logGroups"]
    assert not groups
