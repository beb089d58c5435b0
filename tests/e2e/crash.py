"""Killing the worker that serves one user."""

import json
import os
import signal
from typing import Any

from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.users import User


def kill_worker_of(stack: DeployedStack, user: User) -> None:
    """Waits until the user's first request is running, and kills (-9) the process that runs it."""
    log_stream = _where_started(stack, user)
    [worker] = [
        process
        for process in stack.emulator.functions()
        if process.environment["AWS_LAMBDA_LOG_STREAM_NAME"] == log_stream
    ]
    os.kill(worker.pid, signal.SIGKILL)


def _where_started(stack: DeployedStack, user: User) -> str:
    """The log stream of the user's worker: each process has one of its own. A `sleep` is for a slow one."""
    pages, found = stack.emulator.client("logs").get_paginator("filter_log_events"), list[Any]()
    group = f"/aws/lambda/{stack.outputs['SlowWorkerFunction']}"

    def has_started() -> bool:
        events = [event for page in pages.paginate(logGroupName=group) for event in page["events"]]
        found.extend(event for event in events if _is_start(event["message"], user.user_id))
        return bool(found)

    assert wait_until(has_started, seconds=20)
    return str(found[0]["logStreamName"])


def _is_start(line: str, user_id: str) -> bool:
    fields = json.loads(line) if line.startswith("{") else {}
    return (fields.get("event"), fields.get("user")) == ("request started", user_id)
