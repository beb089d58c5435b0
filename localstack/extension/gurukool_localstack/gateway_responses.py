"""The GatewayResponses of a template: the answers of API Gateway itself, for example to an unknown path.

LocalStack ignores them in an imported API, and elsewhere it only uses their status code.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from localstack.http import Response
from localstack.services.apigateway.helpers import get_rest_api_container
from localstack.services.apigateway.legacy import provider
from localstack.services.apigateway.next_gen.execute_api.gateway_response import (
    build_gateway_response,
    get_gateway_response_or_default,
)
from localstack.services.apigateway.next_gen.execute_api.handlers.gateway_exception import (
    GatewayExceptionHandler,
)

from gurukool_localstack import throttling

_EXTENSION = "x-amazon-apigateway-gateway-responses"
_HEADER = "gatewayresponse.header."
_VARIABLE = re.compile(r"\$context\.([A-Za-z]\w*(?:\.\w+)*)")

_import_api = provider.import_api_from_openapi_spec


def install() -> None:
    provider.import_api_from_openapi_spec = _import_api_with_gateway_responses
    GatewayExceptionHandler.create_exception_response = _answer


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Replaces each $context.a.b in the template by its value; such a template can do nothing else."""
    return _VARIABLE.sub(lambda match: _value(variables, match[1]), template)


def headers_of(parameters: Mapping[str, str], variables: Mapping[str, Any]) -> dict[str, str]:
    """The headers in responseParameters: each is a constant in single quotes, or the value of context.a.b."""
    return {
        name.removeprefix(_HEADER): _parameter(source, variables)
        for name, source in parameters.items()
        if name.startswith(_HEADER)
    }


def _import_api_with_gateway_responses(api: Any, context: Any, open_api_spec: Any, mode: Any) -> Any:
    container = get_rest_api_container(context, rest_api_id=api.id)
    container.gateway_responses.update(
        {
            kind: build_gateway_response(
                kind,
                status_code=str(given["statusCode"]) if "statusCode" in given else None,
                response_parameters=given.get("responseParameters"),
                response_templates=given.get("responseTemplates"),
                default_response=False,
            )
            for kind, given in open_api_spec.get(_EXTENSION, {}).items()
        }
    )
    return _import_api(api, context=context, open_api_spec=open_api_spec, mode=mode)


def _answer(_handler: GatewayExceptionHandler, error: Any, context: Any) -> Response:
    """The answer to a request that the gateway refuses, or whose integration failed."""
    wanted = get_gateway_response_or_default(error.type, context.deployment.rest_api.gateway_responses)
    variables = context.context_variables
    message = json.dumps(error.message)
    variables["error"]["messageString"] = message
    content_type, template = _template(wanted["responseTemplates"], context.request.headers.get("Accept", ""))
    return Response(
        response=render(template, variables),
        status=wanted.get("statusCode") or throttling.status(error),
        headers={
            "Content-Type": content_type,
            "x-amzn-ErrorType": error.code,
            **headers_of(wanted["responseParameters"], variables),
        },
    )


def _template(templates: Mapping[str, str], accepted: str) -> tuple[str, str]:
    """The template of the content type that the client accepts, or else that of JSON, or else the first."""
    for content_type in (accepted, "application/json"):
        if content_type in templates:
            return content_type, templates[content_type]
    return next(iter(templates.items()))


def _parameter(source: str, variables: Mapping[str, Any]) -> str:
    if source.startswith("'") and source.endswith("'"):
        return source[1:-1]
    return _value(variables, source.removeprefix("context."))


def _value(variables: Any, path: str) -> str:
    for name in path.split("."):
        variables = variables.get(name) if isinstance(variables, Mapping) else None
    return "" if variables is None else str(variables)
