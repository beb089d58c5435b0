"""Makes the most frequent calls of a botocore client take a fifth of their CPU time.

botocore serves 400 services in five protocols. For each call it walks over the service's description to write
the request and to read the answer, evaluates rules to find an endpoint that never changes, and hands request
and answer through a dozen classes. Quick calls are JSON both ways: their parameters are the body of the
request, and the body of the answer is the result. What botocore does around a call stays: credentials, the
events `before-parameter-build`, `before-call`, `before-send`, `needs-retry` and `after-call`, retries with
their quota, and how errors are read and raised. All other calls of the client are botocore's.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
from botocore.utils import get_environ_proxies

from chalicelib.adapters.aws.endpoint import FAILED, QuickEndpoint, may_be_quick


def quicken(client: Any, *, after_time_out: bool = True) -> None:
    """Changes the client, of DynamoDB or SQS, in place. It stays as it is behind a proxy, or below a path.

    `after_time_out`: whether a quick call that was not answered in time is tried again. All other failures
    are tried again as botocore decides.
    """
    url = client.meta.endpoint_url
    if get_environ_proxies(url) or urlsplit(url).path.strip("/"):
        return
    client._endpoint = QuickEndpoint(client, after_time_out=after_time_out)  # noqa: SLF001
    client._make_api_call = _Calls(client)  # noqa: SLF001


class _Operation(NamedTuple):
    """What all calls of an operation have in common."""

    model: Any
    url: str
    headers: Mapping[str, str]
    context: Mapping[str, Any]
    event: str  # the end of the names of its events


class _Calls:
    """In place of a client's `_make_api_call`: what that does for calls that are quick, and nothing else."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._operations: dict[str, _Operation] = {}

    def __call__(self, name: str, api_params: Any) -> Any:
        """The result. Raises what botocore raises."""
        client = self._client
        if not may_be_quick(name):
            return type(client)._make_api_call(client, name, api_params)  # noqa: SLF001
        operation = self._operations.get(name) or self._learn(name, api_params)
        model, context = operation.model, dict(operation.context)
        given = client._emit_api_params(api_params=api_params, operation_model=model, context=context)  # noqa: SLF001
        request = self._request(operation, given, context)
        events = client.meta.events
        _, stubbed = events.emit_until_response(
            f"before-call.{operation.event}",
            model=model,
            params=request,
            request_signer=client._request_signer,  # noqa: SLF001
            context=context,
        )
        answer, result = stubbed or client._make_request(model, request, context)  # noqa: SLF001
        events.emit(
            f"after-call.{operation.event}", http_response=answer, parsed=result, model=model, context=context
        )
        if answer.status_code < FAILED:
            return result
        code = context.get("error_code_override") or result.get("Error", {}).get("Code")
        raise client.exceptions.from_code(code)(result, name)

    def _learn(self, name: str, parameters: Any) -> _Operation:
        """The endpoint and the headers depend on nothing but the client and the operation."""
        client = self._client
        service = client.meta.service_model
        model = service.operation_model(name)
        context = {
            "client_region": client.meta.region_name,
            "client_config": client.meta.config,
            "has_streaming_input": False,
            "auth_type": model.resolved_auth_type,
            "unsigned_payload": None,
            "auth_options": service.metadata.get("auth"),
        }
        url, more, properties = client._resolve_endpoint_ruleset(model, parameters, context)  # noqa: SLF001
        if properties:
            context["endpoint_properties"] = properties
        headers = client._serializer.serialize_to_request(parameters, model)["headers"]  # noqa: SLF001
        event = f"{service.service_id.hyphenize()}.{name}"
        learnt = _Operation(model, f"{url}/", {**headers, **more}, context, event)
        self._operations[name] = learnt
        return learnt

    def _request(self, operation: _Operation, parameters: Any, context: Any) -> dict[str, Any]:
        try:
            body = msgspec.json.encode(parameters)
        except (TypeError, ValueError):  # such as half a surrogate pair
            body = self._client._serializer.serialize_to_request(parameters, operation.model)["body"]  # noqa: SLF001
        headers = dict(operation.headers)
        return {"method": "POST", "url": operation.url, "headers": headers, "body": body, "context": context}
