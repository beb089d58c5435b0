"""The API at the root of a port of its own and under a known id, as a custom domain would have it on AWS."""

from typing import Any

from localstack.runtime import get_current_runtime
from localstack.services.apigateway.patches import apigateway_models

from gurukool_localstack import settings

_Backend = apigateway_models.APIGatewayBackend
_create_rest_api = _Backend.create_rest_api


def install() -> None:
    _Backend.create_rest_api = _create_with_known_id
    get_current_runtime().components.gateway.request_handlers.insert(0, _route_to_api)


def _create_with_known_id(backend: Any, name: str, *args: Any, **options: Any) -> Any:
    """Give the API whose name is the known id that id; CloudFormation has no way to choose it."""
    api = _create_rest_api(backend, name, *args, **options)
    if name == settings.current().api_id:
        del backend.apis[api.id]
        api.id = name
        backend.apis[name] = api
    return api


def _route_to_api(_chain: Any, context: Any, _response: Any) -> None:
    """Prefix the path of what arrives at the API's port, except LocalStack's own paths."""
    request = context.request
    ours = settings.current()
    if request.environ.get("SERVER_PORT") != str(ours.api_port) or request.path.startswith("/_"):
        return
    prefix = f"/_aws/execute-api/{ours.api_id}/{ours.api_stage}"
    request.path = prefix + request.path
    for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
        request.environ[name] = prefix + request.environ[name]
