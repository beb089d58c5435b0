"""Lambda's two log formats, which a function chooses by its LoggingConfig: text and JSON.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gurukool_localstack.functions.faults import Fault
from gurukool_localstack.functions.invocation_log import LogFormat, Report

# From the least to the most severe. Python's names are there because its runtime writes them.
_LEVELS = {"TRACE": 0, "DEBUG": 1, "INFO": 2, "WARN": 3, "WARNING": 3, "ERROR": 4, "FATAL": 5, "CRITICAL": 5}
_INFO = _LEVELS["INFO"]


def log_format(config: Mapping[str, Any], runtime: str) -> LogFormat:
    """The format that a function's LoggingConfig asks for; without one it is text."""
    if config.get("LogFormat") != "JSON":
        return TextFormat(runtime)
    levels = (config.get(f"{name}LogLevel", "INFO") for name in ("Application", "System"))
    return JsonFormat(runtime, *levels)


class TextFormat:
    """All lines as they are, between INIT_START, START, END and REPORT."""

    def __init__(self, runtime: str) -> None:
        self._runtime = runtime

    def application(self, text: str) -> Iterator[str]:
        yield text

    def init_started(self) -> Iterator[str]:
        yield f"INIT_START Runtime Version: {self._runtime}"

    def init_failed(self, seconds: float, phase: str, fault: Fault) -> Iterator[str]:
        yield f"INIT_REPORT Init Duration: {seconds * 1000:.2f} ms\tPhase: {phase}\t{_ending(fault)}"

    def started(self, request_id: str, version: str) -> Iterator[str]:
        yield f"START RequestId: {request_id} Version: {version}"

    def ended(self, report: Report) -> Iterator[str]:
        if report.fault:
            yield report.fault.log_line(report.request_id)
        yield f"END RequestId: {report.request_id}"
        fields = [
            f"REPORT RequestId: {report.request_id}",
            f"Duration: {report.milliseconds:.2f} ms",
            f"Billed Duration: {report.billed_milliseconds} ms",
            f"Memory Size: {report.memory_megabytes} MB",
            f"Max Memory Used: {report.used_megabytes} MB",
        ]
        if report.init_milliseconds is not None:
            fields.append(f"Init Duration: {report.init_milliseconds:.2f} ms")
        if report.fault:
            fields.append(_ending(report.fault))
        yield "\t".join(fields)


def _ending(fault: Fault) -> str:
    """The end of a REPORT line."""
    return (
        "Status: timeout" if fault.status == "timeout" else f"Status: error\tError Type: {fault.error_type}"
    )


class JsonFormat:
    """Lambda's own lines as JSON, and no line whose level is below the one that is asked for.

    A line of the function that is JSON already is not changed. AWS sorts it by its `level`, if it also has a
    `timestamp` (RFC 3339); otherwise its level is INFO, and AWS adds a timestamp. Any other text is logged as
    it is; AWS does not document its level, which is INFO here.
    """

    def __init__(self, runtime: str, application_level: str = "INFO", system_level: str = "INFO") -> None:
        self._runtime = runtime
        self._least = _LEVELS[application_level]
        self._least_of_system = _LEVELS[system_level]

    def application(self, text: str) -> Iterator[str]:
        document = _object(text)
        if document is not None and not _is_moment(document.get("timestamp")):
            document |= {"timestamp": _now(), "level": "INFO"}
            text = json.dumps(document)
        level = str((document or {}).get("level", "INFO")).upper()
        if _LEVELS.get(level, _INFO) >= self._least:
            yield text

    def init_started(self) -> Iterator[str]:
        runtime = self._runtime.replace("python", "python:")
        record = {"initializationType": "on-demand", "phase": "init", "runtimeVersion": runtime}
        return self._system("INFO", "initStart", record)

    def init_failed(self, seconds: float, phase: str, fault: Fault) -> Iterator[str]:
        record = {
            "initializationType": "on-demand",
            "metrics": {"durationMs": round(seconds * 1000, 3)},
            "phase": phase,
            **_status(fault),
        }
        return self._system("WARN", "initReport", record)

    def started(self, request_id: str, version: str) -> Iterator[str]:
        return self._system("INFO", "start", {"requestId": request_id, "version": version})

    def ended(self, report: Report) -> Iterator[str]:
        duration = round(report.milliseconds, 3)
        done = {
            "requestId": report.request_id,
            "metrics": {"durationMs": duration},
            **_status(report.fault),
        }
        metrics = {
            "durationMs": duration,
            "billedDurationMs": report.billed_milliseconds,
            "memorySizeMB": report.memory_megabytes,
            "maxMemoryUsedMB": report.used_megabytes,
        }
        if report.init_milliseconds is not None:
            metrics["initDurationMs"] = round(report.init_milliseconds, 3)
        yield from self._system("WARN" if report.fault else "DEBUG", "runtimeDone", done)
        record = {"requestId": report.request_id, "metrics": metrics, **_status(report.fault)}
        yield from self._system("WARN" if report.fault else "INFO", "report", record)

    def _system(self, level: str, event: str, record: Mapping[str, Any]) -> Iterator[str]:
        if _LEVELS[level] >= self._least_of_system:
            yield json.dumps({"time": _now(), "type": f"platform.{event}", "record": record})


def _status(fault: Fault | None) -> dict[str, str]:
    if fault is None:
        return {"status": "success"}
    timed_out = fault.status == "timeout"
    return {"status": fault.status} | ({} if timed_out else {"errorType": fault.error_type})


def _object(text: str) -> dict[str, Any] | None:
    """The line as a JSON object, if it is one."""
    if not text.startswith("{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _is_moment(value: object) -> bool:
    """Whether it is a moment with a time zone, as in RFC 3339."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
