"""Passes the caller's X-Ray trace on to the function, as on AWS.

LocalStack itself would begin a new trace.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localstack.aws.handlers.tracing import TraceContextParser
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration
from localstack.utils.xray.trace_header import TraceHeader

_stock_invoke = RestApiAwsProxyIntegration.invoke
_stock_parse = TraceContextParser.__call__

# The gateway and event sources call Lambda in their own thread, without a header that could carry the trace.
_caller = threading.local()


def install() -> None:
    RestApiAwsProxyIntegration.invoke = _invoke
    TraceContextParser.__call__ = _parse


@contextmanager
def carrying(given: TraceHeader) -> Iterator[None]:
    """Gives the header to every AWS call that this thread makes in the block."""
    _caller.header = given
    try:
        yield
    finally:
        _caller.header = None


def header() -> TraceHeader:
    """What a call of this thread carries: the header that was given to it, or a new one."""
    given = getattr(_caller, "header", None) or TraceHeader()
    own = TraceHeader(given.root, given.parent, given.sampled, given.data, given.lineage)
    return own.ensure_root_exists()


def _invoke(integration: RestApiAwsProxyIntegration, context: Any) -> Any:
    with carrying(TraceHeader.from_header_str(context.trace_id)):
        return _stock_invoke(integration, context)


def _parse(parser: TraceContextParser, chain: Any, context: Any, response: Any) -> None:
    _stock_parse(parser, chain, context, response)
    if getattr(_caller, "header", None):
        context.trace_context["aws_trace_header"] = header()
