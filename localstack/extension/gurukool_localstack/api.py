"""Serves one API at the root of a port of its own and under a fixed id, as a custom domain does on AWS.

Stacks tell where their APIs answer here.
"""

import functools
import re
from typing import Any

from localstack.config import LOCALSTACK_HOST
from localstack.runtime import get_current_runtime
from localstack.services.apigateway.patches import apigateway_models
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor

from gurukool_localstack import settings

_Backend = apigateway_models.APIGatewayBackend
_create_rest_api = _Backend.create_rest_api
_visit_output = ChangeSetModelExecutor.visit_node_output

# The address of a stage on AWS. LocalStack has put its own host name where AWS has amazonaws.com.
_ON_AWS = re.compile(r"^https://(?P<api>[\w-]+)\.execute-api\.[^/]+/(?P<stage>[^/]+)")


def install() -> None:
    ChangeSetModelExecutor.visit_node_output = _visit_output_with_address
    if settings.current().api:
        _Backend.create_rest_api = _create_with_known_id
        get_current_runtime().components.gateway.request_handlers.insert(0, _route_to_api)


@functools.wraps(_create_rest_api)  # LocalStack finds by this name the class that it will change later
def _create_with_known_id(backend: Any, name: str, *args: Any, **options: Any) -> Any:
    """Creates an API. Its id is the configured one if its name is, since a template cannot choose an id."""
    api = _create_rest_api(backend, name, *args, **options)
    ours = settings.current().api
    if ours and name == ours.id:
        del backend.apis[api.id]
        api.id = name
        backend.apis[name] = api
    return api


def _visit_output_with_address(executor: ChangeSetModelExecutor, node_output: Any) -> Any:
    """Replaces the address that an API has on AWS by its local address, in every output."""
    delta = _visit_output(executor, node_output)
    for output in executor.outputs:
        if isinstance(output["OutputValue"], str):
            output["OutputValue"] = _ON_AWS.sub(_local_address, output["OutputValue"])
    return delta


def _local_address(found: re.Match[str]) -> str:
    ours = settings.current().api
    if ours and (found["api"], found["stage"]) == (ours.id, ours.stage):
        return f"http://localhost:{ours.port}"
    return f"http://{LOCALSTACK_HOST}/_aws/execute-api/{found['api']}/{found['stage']}"


def _route_to_api(_chain: Any, context: Any, _response: Any) -> None:
    """Prefixes the path of each request to the API's port, except LocalStack's own paths, with the API's."""
    request = context.request
    ours = settings.current().api
    if ours is None or request.environ.get("SERVER_PORT") != str(ours.port) or request.path.startswith("/_"):
        return
    prefix = f"/_aws/execute-api/{ours.id}/{ours.stage}"
    request.path = prefix + request.path
    for name in ("PATH_INFO", "RAW_URI", "REQUEST_URI"):
        request.environ[name] = prefix + request.environ[name]
