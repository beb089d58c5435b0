"""The entry points that LocalStack calls; pyproject.toml names them."""

import importlib
import os
import sys
from typing import Any

from localstack.runtime import hooks
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin

from gurukool_localstack import children, garbage

# These hooks run before LocalStack's own ones, which may load the services that are changed here.
_FIRST = 100

# The modules that change LocalStack, each in its `install()`.
_MODULES = (
    "dynamodb",  # the first: Java starts while the other modules import what they change
    "garbage",  # these two save the others time
    "lighter_start",
    "alarm_messages",
    "alarms",
    "api",
    "api_updates",
    "assignment",
    "bodies",
    "bucket_rules",
    "cloudformation",
    "cloudformation_monitoring",
    "cloudwatch",
    "concurrency",
    "event_sources",
    "expiry",
    "faults",
    "fifo",
    "gateway_responses",
    "iam.check",
    "insights.definitions",
    "insights.service",
    "keeping",
    "log_filters",
    "log_subscribers",
    "logs",
    "loopback",
    "metric_data",
    "metric_filters",
    "metric_lists",
    "metric_store",
    "metrics",
    "object_expiry",
    "queue_metrics",
    "recursion",
    "retention",
    "schedules",
    "service_metrics",
    "shared_code",
    "shared_stores",
    "signed_urls",
    "storage",
    "table_updates",
    "throttling",
    "timers",
    "traces",
    "trace_service",
    "tracing",
    "updates",
    "visibility",
    "refusals",
    "payloads",
    "method_settings",
    "gateway_limits",
    "guard",  # the last handler: one that is installed later sees a request earlier
    "front.port",
    "queue_port",
)


class ProcessExecutorPlugin(RuntimeExecutorPlugin):  # type: ignore[misc]  # LocalStack ships no types
    name = "process"

    def load(self, *_args: Any, **_options: Any) -> type:
        from gurukool_localstack.functions.executor import ProcessExecutor

        return ProcessExecutor


def start() -> None:
    """Changes LocalStack, before it starts."""
    for module in _MODULES:
        importlib.import_module(f"{__package__}.{module}").install()


def ready() -> None:
    """Called when LocalStack has started."""
    from gurukool_localstack import queue_port
    from gurukool_localstack.front import port

    port.ready()
    queue_port.ready()
    garbage.resume()


def shutdown() -> None:
    """Ends LocalStack at once.

    What is kept is on the disk already, so an orderly shutdown (7 s) would save nothing.
    """
    from gurukool_localstack import shared_code

    children.kill_all()
    shared_code.remove_all()
    sys.stdout.flush()
    os._exit(0)


hooks.on_infra_start(name="gurukool_start", priority=_FIRST)(start)
hooks.on_infra_ready(name="gurukool_ready")(ready)
hooks.on_infra_shutdown(name="gurukool_shutdown", priority=_FIRST)(shutdown)
