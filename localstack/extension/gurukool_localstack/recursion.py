"""Lambda's protection against recursive loops: stops a function that invokes itself through a queue.

The trace header carries a `Lineage` (see lineage.py). A function's SDK sends the header with every message,
and the event source passes it on to the next invocation. The 17th invocation of a chain is refused, unless
the function's RecursiveLoop is Allow. Its message stays in the queue, as after any failed delivery.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from localstack.aws.api.lambda_ import RecursiveInvocationException, RecursiveLoop
from localstack.services.lambda_.event_source_mapping.senders.lambda_sender import LambdaSender
from localstack.services.lambda_.invocation.lambda_service import LambdaService
from localstack.services.lambda_.invocation.models import lambda_stores
from localstack.utils.xray.trace_header import TraceHeader

from gurukool_localstack import metrics, tracing
from gurukool_localstack.lineage import Lineage, parse, render

LOG = logging.getLogger(__name__)

MOST_INVOCATIONS = 16  # of one function in one chain
_MESSAGE = (
    "Lambda has detected your function being invoked in a recursive loop with other AWS resources "
    "and stopped your function's invocation."
)

_stock_invoke = LambdaService.invoke
_stock_send_events = LambdaSender.send_events


def install() -> None:
    LambdaService.invoke = _invoke
    LambdaSender.send_events = _send_events


def _invoke(service: LambdaService, function_name: str, *args: Any, **options: Any) -> Any:
    """Counts the invocation. Raises RecursiveInvocationException if the chain has become too long."""
    account, region = options["account_id"], options["region"]
    context = options.get("trace_context") or {}
    header = context.get("aws_trace_header") or TraceHeader().ensure_root_exists()
    invocations = parse(header.lineage)
    key = hashlib.sha256(f"{account}/{region}/{function_name}".encode()).hexdigest()[:8]
    invocations[key] += 1
    if invocations[key] > MOST_INVOCATIONS and not _may_recur(account, region, function_name):
        metrics.count("RecursiveInvocationsDropped", function_name, account, region)
        LOG.error("An invocation of %s was dropped: %s", function_name, _MESSAGE)
        raise RecursiveInvocationException(_MESSAGE, Type="User")
    counted = TraceHeader(header.root, header.parent, header.sampled, header.data, render(invocations))
    options["trace_context"] = {**context, "aws_trace_header": counted}
    return _stock_invoke(service, function_name, *args, **options)


def _may_recur(account: str, region: str, function_name: str) -> bool:
    function = lambda_stores[account][region].functions.get(function_name)
    return function is not None and function.recursive_loop == RecursiveLoop.Allow


def _send_events(sender: LambdaSender, events: Any) -> Any:
    """Passes the lineage of the messages on to the invocation, which begins a new trace."""
    with tracing.carrying(TraceHeader(lineage=render(_longest(events)) or None)):
        return _stock_send_events(sender, events)


def _longest(events: Iterable[Mapping[str, Any]]) -> Lineage:
    """The highest number of invocations of each function among the messages of the batch."""
    invocations: Lineage = Counter()
    for event in events:
        header = event.get("attributes", {}).get("AWSTraceHeader")
        invocations |= parse(TraceHeader.from_header_str(header).lineage)
    return invocations
