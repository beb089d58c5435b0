"""Killing the worker that serves one user."""

import json
import os
import signal
from datetime import datetime
from typing import Any, Protocol

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.e2e.users import User
from tests.patience import PATIENCE_S


class Deployed(Protocol):
    @property
    def emulator(self) -> Emulator: ...

    @property
    def outputs(self) -> dict[str, str]: ...


def kill_worker_of(stack: Deployed, user: User, function: str = "SlowWorkerFunction") -> None:
    """Waits until the user's first request is running, and kills (-9) the process that runs it.

    `function`: that of the request's lane, as the outputs of the stack call it. The request must run for some
    seconds more: a process whose request has ended may serve another user by then.
    """
    log_stream = _where_started(stack, user, function)
    [worker] = [
        process
        for process in stack.emulator.functions()
        if process.environment["AWS_LAMBDA_LOG_STREAM_NAME"] == log_stream
    ]
    assert user.session.request(1)["status"] == "running", "it lasts too short a time to be killed"
    os.kill(worker.pid, signal.SIGKILL)


def _where_started(stack: Deployed, user: User, function: str) -> str:
    """The log stream of the user's worker: each process has one of its own."""
    pages, found = stack.emulator.client("logs").get_paginator("filter_log_events"), list[Any]()
    enqueued = datetime.fromisoformat(user.session.request(1)["enqueued_at"])
    wanted = {
        "logGroupName": f"/aws/lambda/{stack.outputs[function]}",
        "startTime": int(enqueued.timestamp() * 1000),
    }

    def has_started() -> bool:
        events = [event for page in pages.paginate(**wanted) for event in page["events"]]
        found.extend(event for event in events if _is_start(event["message"], user.user_id))
        return bool(found)

    assert wait_until(has_started, PATIENCE_S)
    return str(found[0]["logStreamName"])


def _is_start(line: str, user_id: str) -> bool:
    fields = json.loads(line) if line.startswith("{") else {}
    return (fields.get("event"), fields.get("user")) == ("request started", user_id)
