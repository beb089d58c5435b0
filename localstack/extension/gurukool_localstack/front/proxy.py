"""Answers a request with a function's answer, or with the gateway's own one if the function has failed.

The parts of LocalStack's chain that read the function's answer and make the gateway's are called as they are.
"""

import logging
from types import SimpleNamespace
from typing import Any

from localstack.aws.api.apigateway import IntegrationType
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    BaseGatewayException,
    InternalServerError,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import (
    GatewayExceptionHandler,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.method_response import MethodResponseHandler
from localstack.services.apigateway.next_gen.execute_api.integrations.aws import RestApiAwsProxyIntegration
from werkzeug.datastructures import Headers as Fields
from werkzeug.http import remove_entity_headers
from werkzeug.urls import iri_to_uri

from gurukool_localstack.front.event import Call, context_of, event_of, trace_of
from gurukool_localstack.http1.messages import Answer

LOG = logging.getLogger(__name__)

_NOT_MODIFIED = 304


class _Integration(RestApiAwsProxyIntegration):  # type: ignore[misc]  # LocalStack ships no types
    """LocalStack's integration, for an event that has been made."""

    def create_lambda_input_event(self, context: Any) -> Any:
        return context.event


_integration = _Integration()
_exceptions = GatewayExceptionHandler()


def answer(call: Call) -> Answer:
    """Invokes the function."""
    context = _context(call)
    fields = Fields([("Content-Type", "application/json")])
    try:
        returned = _invoke(context)
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


def _invoke(context: SimpleNamespace) -> Any:
    """What the function has answered. Raises BaseGatewayException."""
    returned = _integration.invoke(context)
    if not isinstance(returned["body"], bytes):  # the function's body is no string: malformed, as on AWS
        raise InternalServerError("Internal server error", status_code=502)
    return returned


def _context(call: Call) -> SimpleNamespace:
    """What the integration and the gateway's own answers use of LocalStack's context of an invocation."""
    route, deployed = call.match[0], call.deployed
    trace, variables = trace_of(call.headers), context_of(call)
    integration = route.method["methodIntegration"]
    accept = call.header("accept")
    headers = {} if accept is None else {"Accept": accept}
    return SimpleNamespace(
        event=event_of(call, variables, trace),
        integration=integration,
        integration_request={"http_method": integration["httpMethod"], "uri": integration["uri"]},
        invocation_request={"headers": headers},
        request=SimpleNamespace(headers=headers),
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
    fields.set("x-amz-apigw-id", f"{context.context_variables['extendedRequestId']}=")
    if "error" not in context.context_variables:
        fields.set("X-Amzn-Trace-Id", context.trace_id)
    if location := fields.get("Location"):
        fields["Location"] = iri_to_uri(location)
    if status == _NOT_MODIFIED:
        remove_entity_headers(fields)
    return list(fields)
