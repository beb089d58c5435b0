"""What invokes a function hands its X-Ray trace on, as on AWS; LocalStack would begin another one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from localstack.aws.handlers.tracing import TraceContextParser
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration
from localstack.utils.xray.trace_header import TraceHeader

_stock_invoke = RestApiAwsProxyIntegration.invoke
_stock_parse = TraceContextParser.__call__

# Gateway and event sources call Lambda in their own thread, without a header that could carry the trace.
_caller = threading.local()


def install() -> None:
    RestApiAwsProxyIntegration.invoke = _invoke
    TraceContextParser.__call__ = _parse


@contextmanager
def carrying(header: TraceHeader) -> Iterator[None]:
    """Every call of AWS that this thread makes meanwhile has this header."""
    _caller.header = header
    try:
        yield
    finally:
        _caller.header = None


def _invoke(integration: RestApiAwsProxyIntegration, context: Any) -> Any:
    with carrying(TraceHeader.from_header_str(context.trace_id)):
        return _stock_invoke(integration, context)


def _parse(parser: TraceContextParser, chain: Any, context: Any, response: Any) -> None:
    _stock_parse(parser, chain, context, response)
    if header := getattr(_caller, "header", None):
        own = TraceHeader(header.root, header.parent, header.sampled, header.data, header.lineage)
        context.trace_context["aws_trace_header"] = own.ensure_root_exists()
