"""Serves the API at the root of its own port and under a fixed id, as a custom domain does on AWS."""

import re
from typing import Any

from localstack.runtime import get_current_runtime
from localstack.services.apigateway.patches import apigateway_models
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor

from gurukool_localstack import settings

_Backend = apigateway_models.APIGatewayBackend
_create_rest_api = _Backend.create_rest_api
_visit_output = ChangeSetModelExecutor.visit_node_output


def install() -> None:
    _Backend.create_rest_api = _create_with_known_id
    ChangeSetModelExecutor.visit_node_output = _visit_output_with_address
    get_current_runtime().components.gateway.request_handlers.insert(0, _route_to_api)


def _create_with_known_id(backend: Any, name: str, *args: Any, **options: Any) -> Any:
    """Creates an API. Its id is the configured one if its name is, since a template cannot choose an id."""
    api = _create_rest_api(backend, name, *args, **options)
    if name == settings.current().api_id:
        del backend.apis[api.id]
        api.id = name
        backend.apis[name] = api
    return api


def _visit_output_with_address(executor: ChangeSetModelExecutor, node_output: Any) -> Any:
    """Replaces the address that the API has on AWS by its local address, in every output."""
    delta = _visit_output(executor, node_output)
    ours = settings.current()
    address = rf"https://{re.escape(ours.api_id)}\.execute-api\.[^/]+/{re.escape(ours.api_stage)}(?=/|$)"
    for output in executor.outputs:
        if isinstance(output["OutputValue"], str):
            here = f"http://localhost:{ours.api_port}"
            output["OutputValue"] = re.sub(f"^{address}", here, output["OutputValue"])
    return delta


def _route_to_api(_chain: Any, context: Any, _response: Any) -> None:
    """Prefixes the path of each request to the API's port, except LocalStack's own paths, with the API's."""
    request = context.request
    ours = settings.current()
    if request.environ.get("SERVER_PORT") != str(ours.api_port) or request.path.startswith("/_"):
        return
    prefix = f"/_aws/execute-api/{ours.api_id}/{ours.api_stage}"
    request.path = prefix + request.path
    for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
        request.environ[name] = prefix + request.environ[name]
