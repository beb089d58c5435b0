"""API Gateway hands its X-Ray trace on to the function, as on AWS; LocalStack would begin another one."""

import threading
from typing import Any

from localstack.aws.handlers.tracing import TraceContextParser
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration
from localstack.utils.xray.trace_header import TraceHeader

_stock_invoke = RestApiAwsProxyIntegration.invoke
_stock_parse = TraceContextParser.__call__

# The gateway calls Lambda in the thread that serves its own request, without a header that could carry it.
_request = threading.local()


def install() -> None:
    RestApiAwsProxyIntegration.invoke = _invoke
    TraceContextParser.__call__ = _parse


def _invoke(integration: RestApiAwsProxyIntegration, context: Any) -> Any:
    _request.trace = context.trace_id
    try:
        return _stock_invoke(integration, context)
    finally:
        _request.trace = None


def _parse(parser: TraceContextParser, chain: Any, context: Any, response: Any) -> None:
    _stock_parse(parser, chain, context, response)
    if trace := getattr(_request, "trace", None):
        context.trace_context["aws_trace_header"] = TraceHeader.from_header_str(trace)
