"""Where LocalStack enters: the names in this module are the entry points of pyproject.toml."""

import importlib
import os
import sys
from typing import Any

from localstack.runtime import hooks
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin

from gurukool_localstack import children, garbage

# Before LocalStack's own hooks, one of which may load the services that are changed here.
_FIRST = 100

# Modules, each of which changes LocalStack in its `install()`.
_CONCERNS = (
    "garbage",  # first of all: it saves the others time
    "dynamodb",  # then this: its Java starts while the others import what they change
    "api",
    "api_updates",
    "bodies",
    "cloudformation",
    "event_sources",
    "faults",
    "fifo",
    "gateway_responses",
    "logs",
    "loopback",
    "metrics",
    "recursion",
    "throttling",
    "tracing",
    "updates",
    "guard",  # last: of those that take hold of requests, the last to come is the first to be asked
)


class ProcessExecutorPlugin(RuntimeExecutorPlugin):  # type: ignore[misc]  # LocalStack ships no types
    name = "process"

    def load(self, *_args: Any, **_options: Any) -> type:
        from gurukool_localstack.functions.executor import ProcessExecutor

        return ProcessExecutor


def start() -> None:
    for concern in _CONCERNS:
        importlib.import_module(f"{__package__}.{concern}").install()


def ready() -> None:
    garbage.resume()


def shutdown() -> None:
    """End at once: all state is in memory, so there is nothing that an orderly shutdown (7 s) would save."""
    children.kill_all()
    sys.stdout.flush()
    os._exit(0)


hooks.on_infra_start(name="gurukool_start", priority=_FIRST)(start)
hooks.on_infra_ready(name="gurukool_ready")(ready)
hooks.on_infra_shutdown(name="gurukool_shutdown", priority=_FIRST)(shutdown)
