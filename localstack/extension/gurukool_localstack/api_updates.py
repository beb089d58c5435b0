"""Updates an API and its stage, which LocalStack's CloudFormation does not do.

Without this module, it reports an API as updated and leaves it unchanged. Then it creates the stage a second
time, because it takes the changed API for another one, and fails.
"""

import json
from typing import Any

from localstack.services.apigateway.resource_providers.aws_apigateway_restapi import ApiGatewayRestApiProvider
from localstack.services.apigateway.resource_providers.aws_apigateway_stage import ApiGatewayStageProvider
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent


def install() -> None:
    ApiGatewayRestApiProvider.update = _update_api
    ApiGatewayStageProvider.update = _update_stage
    ApiGatewayStageProvider.SCHEMA["createOnlyProperties"].remove("/properties/RestApiId")


def _update_api(_provider: ApiGatewayRestApiProvider, request: Any) -> ProgressEvent[Any]:
    """Applies the new definition: the paths, their functions and the gateway's own answers."""
    before, wanted = request.previous_state, request.desired_state
    request.aws_client_factory.apigateway.put_rest_api(
        restApiId=before["RestApiId"],
        mode="overwrite",
        parameters={"basepath": "ignore"},
        body=json.dumps(wanted["Body"]).encode(),
    )
    return _done({**before, **wanted})


def _update_stage(_provider: ApiGatewayStageProvider, request: Any) -> ProgressEvent[Any]:
    wanted = request.desired_state
    request.aws_client_factory.apigateway.update_stage(
        restApiId=wanted["RestApiId"],
        stageName=wanted["StageName"],
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": wanted["DeploymentId"]}],
    )
    return _done(wanted)


def _done(model: Any) -> ProgressEvent[Any]:
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)
