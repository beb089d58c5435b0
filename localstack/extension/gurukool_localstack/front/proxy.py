"""Answers a request with a function's answer, or with the gateway's own one if the function has failed.

The parts of LocalStack's chain that read the function's answer and make the gateway's are called as they are.
"""

import logging
import uuid
from types import SimpleNamespace
from typing import Any

from localstack.aws.api.apigateway import IntegrationType
from localstack.services.apigateway.next_gen.execute_api.gateway_response import BaseGatewayException
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import (
    GatewayExceptionHandler,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.method_response import MethodResponseHandler
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration
from werkzeug.datastructures import Headers as Fields
from werkzeug.http import remove_entity_headers

from gurukool_localstack.front.event import Headers, context_of, event_of, headers_of, trace_of
from gurukool_localstack.front.routes import Deployed, Match
from gurukool_localstack.http1.messages import Answer, Request

LOG = logging.getLogger(__name__)

_NOT_MODIFIED = 304


class _Integration(RestApiAwsProxyIntegration):  # type: ignore[misc]  # LocalStack ships no types
    """LocalStack's integration, for an event that has been made."""

    def create_lambda_input_event(self, context: Any) -> Any:
        return context.event


_integration = _Integration()
_exceptions = GatewayExceptionHandler()


def answer(request: Request, deployed: Deployed, match: Match, path: str, port: int) -> Answer:
    """Invokes the function."""
    headers = headers_of(request)
    context = _context(request, deployed, match, path, headers, port)
    fields = Fields([("Content-Type", "application/json")])
    try:
        returned = _integration.invoke(context)
        MethodResponseHandler._transform_headers(returned["headers"], IntegrationType.AWS_PROXY)  # noqa: SLF001
        status, body = returned["status_code"], returned["body"]
        fields.update(returned["headers"])
    except BaseGatewayException as error:
        _exceptions.set_error_context(error, context)
        made = _exceptions.create_exception_response(error, context)
        status, body = made.status_code, made.data
        fields.update(made.headers)
    except Exception as error:  # noqa: BLE001  (an answer of the function that LocalStack cannot read)
        LOG.warning("The answer of a function could not be read: %s", error)
        status, body = 500, f"Error in apigateway invocation: {error}".encode()
        fields["Content-Type"] = "text/plain; charset=utf-8"
    return Answer(status, _enriched(fields, context, status), body)


def _context(
    request: Request, deployed: Deployed, match: Match, path: str, headers: Headers, port: int
) -> SimpleNamespace:
    """What the integration and the gateway's own answers use of LocalStack's context of an invocation."""
    route, parameters = match
    trace = trace_of(headers)
    variables = context_of(deployed, route, request, path, headers)
    event = event_of(request, variables, parameters, headers, port, trace)
    integration = route.method["methodIntegration"]
    first = {"Accept": headers["accept"][1][0]} if "accept" in headers else {}
    return SimpleNamespace(
        event={**event, "stageVariables": deployed.variables},
        integration=integration,
        integration_request={"http_method": integration["httpMethod"], "uri": integration["uri"]},
        invocation_request={"headers": first},
        request=SimpleNamespace(headers=first),
        resource=route.resource,
        resource_method=route.method,
        stage_variables=deployed.variables,
        context_variables=variables,
        trace_id=trace,
        deployment=deployed.deployment,
        account_id=deployed.deployment.account_id,
        region=deployed.deployment.region,
        api_id=deployed.api_id,
        stage=deployed.stage,
    )


def _enriched(fields: Fields, context: SimpleNamespace, status: int) -> list[tuple[str, str]]:
    """The answer's headers, with those that the gateway adds."""
    fields.remove("Content-Length")
    for name in [name for name, value in fields if not value and name.lower().startswith("access-control-")]:
        fields.remove(name)
    fields.set("x-amzn-RequestId", context.context_variables["requestId"])
    fields.set("x-amz-apigw-id", f"{str(uuid.uuid4())[:8]}=")
    if "error" not in context.context_variables:
        fields.set("X-Amzn-Trace-Id", context.trace_id)
    if status == _NOT_MODIFIED:
        remove_entity_headers(fields)
    return list(fields)
