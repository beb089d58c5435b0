"""Updates an API and its stage, which LocalStack's CloudFormation does not do.

Without this module, it reports an API as updated and leaves it unchanged. Then it creates the stage a second
time, because it takes the changed API for another one, and fails.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localstack.services.apigateway.resource_providers.aws_apigateway_restapi import ApiGatewayRestApiProvider
from localstack.services.apigateway.resource_providers.aws_apigateway_stage import ApiGatewayStageProvider
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent

_FIELDS = {"Name": "name", "Description": "description", "ApiKeySourceType": "apiKeySource"}


def install() -> None:
    ApiGatewayRestApiProvider.update = _update_api
    ApiGatewayStageProvider.update = _update_stage
    ApiGatewayStageProvider.SCHEMA["createOnlyProperties"].remove("/properties/RestApiId")


def _update_api(_provider: ApiGatewayRestApiProvider, request: Any) -> ProgressEvent[Any]:
    """Applies the new definition: the paths, their functions and the gateway's own answers.

    Of the other properties, it changes those of `_api_changes`.
    """
    before, wanted = request.previous_state, request.desired_state
    client, api_id = request.aws_client_factory.apigateway, before["RestApiId"]
    definition = _definition(wanted, request.aws_client_factory.s3)
    if definition is not None:
        parameters = {"basepath": "ignore", **wanted.get("Parameters", {})}
        client.put_rest_api(restApiId=api_id, mode="overwrite", parameters=parameters, body=definition)
    for change in _api_changes(client.get_rest_api(restApiId=api_id), wanted):
        # Each by itself: of several media types, LocalStack would remove wrong ones.
        client.update_rest_api(restApiId=api_id, patchOperations=[change])
    return _done({**before, **wanted})


def _definition(wanted: Mapping[str, Any], s3: Any) -> bytes | None:
    """None if the API is described by resources of the template, which are updated by themselves."""
    if place := wanted.get("BodyS3Location"):
        version = {"VersionId": place["Version"]} if "Version" in place else {}
        return bytes(s3.get_object(Bucket=place["Bucket"], Key=place["Key"], **version)["Body"].read())
    return json.dumps(wanted["Body"]).encode() if wanted.get("Body") else None


def _api_changes(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What is to be patched, after the definition, which may have binary media types of its own."""
    for name, field in _FIELDS.items():
        if name in wanted and wanted[name] != present.get(field):
            yield {"op": "replace", "path": f"/{field}", "value": wanted[name]}
    old, new = present.get("binaryMediaTypes") or [], wanted.get("BinaryMediaTypes") or []
    gone = [] if wanted.get("Body") or wanted.get("BodyS3Location") else [t for t in old if t not in new]
    for operation, types in {"remove": gone, "add": [t for t in new if t not in old]}.items():
        for media_type in types:
            yield {"op": operation, "path": f"/binaryMediaTypes/{media_type.replace('/', '~1')}"}


def _update_stage(_provider: ApiGatewayStageProvider, request: Any) -> ProgressEvent[Any]:
    before, wanted = request.previous_state, request.desired_state
    request.aws_client_factory.apigateway.update_stage(
        restApiId=wanted["RestApiId"],
        stageName=wanted["StageName"],
        patchOperations=list(_stage_changes(before, wanted)),
    )
    return _done(wanted)


def _stage_changes(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Of the deployment, the description, the tracing and the variables; method_settings.py does the rest."""
    yield {"op": "replace", "path": "/deploymentId", "value": wanted["DeploymentId"]}
    if wanted.get("Description") != before.get("Description"):
        yield {"op": "replace", "path": "/description", "value": wanted.get("Description", "")}
    if wanted.get("TracingEnabled") != before.get("TracingEnabled"):
        traced = str(wanted.get("TracingEnabled", False)).lower()
        yield {"op": "replace", "path": "/tracingEnabled", "value": traced}
    old, new = before.get("Variables") or {}, wanted.get("Variables") or {}
    for name in old.keys() - new.keys():
        yield {"op": "remove", "path": f"/variables/{name}"}
    for name, value in new.items():
        if old.get(name) != value:
            yield {"op": "replace", "path": f"/variables/{name}", "value": str(value)}


def _done(model: Any) -> ProgressEvent[Any]:
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)
