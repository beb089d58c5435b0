"""The throttling in the MethodSettings of a stage: a request beyond it is answered with 429, as on AWS.

LocalStack's CloudFormation does not read MethodSettings, and its gateway throttles nothing.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.apigateway.next_gen.execute_api.gateway_response import ThrottledError
from localstack.services.apigateway.resource_providers.aws_apigateway_stage import ApiGatewayStageProvider
from localstack.services.cloudformation.resource_provider import OperationStatus
from moto.apigateway.models import apigateway_backends

_ALL = "*/*"
# In a template, and in the stage.
_LIMITS = {"ThrottlingRateLimit": "throttlingRateLimit", "ThrottlingBurstLimit": "throttlingBurstLimit"}

_lock = threading.Lock()
_buckets: dict[tuple[str, ...], tuple[float, float]] = {}  # tokens left, at that time


def install() -> None:
    ApiGatewayStageProvider.create = _followed_by_settings(ApiGatewayStageProvider.create)
    ApiGatewayStageProvider.update = _followed_by_settings(ApiGatewayStageProvider.update)


def admit(context: Any) -> None:
    """Takes a token for a request to the method in `context`. Raises ThrottledError if there is none."""
    stage = _stage(context.account_id, context.region, context.api_id, context.stage)
    settings = stage.method_settings if stage else {}  # TestInvokeMethod has no stage
    if not settings:
        return
    path, method = context.resource["path"].replace("/", "~1"), context.resource_method["httpMethod"]
    limits = settings.get(f"{path}/{method}") or settings.get(_ALL) or {}
    rate, burst = (limits.get(name) for name in _LIMITS.values())
    if rate is not None and burst is not None:
        _take((context.api_id, context.stage, path, method), float(rate), float(burst))


def _take(bucket: tuple[str, ...], rate: float, burst: float) -> None:
    """A bucket holds `burst` tokens and gets `rate` new ones each second."""
    now = time.monotonic()
    with _lock:
        tokens, then = _buckets.get(bucket, (burst, now))
        tokens = min(burst, tokens + (now - then) * rate)
        if tokens < 1:
            raise ThrottledError("Too Many Requests")
        _buckets[bucket] = tokens - 1, now


def _followed_by_settings(change: Callable[..., Any]) -> Callable[..., Any]:
    def changed(provider: ApiGatewayStageProvider, request: Any) -> Any:
        event = change(provider, request)
        if event.status == OperationStatus.SUCCESS:
            wanted = request.desired_state
            stage = _stage(request.account_id, request.region_name, wanted["RestApiId"], wanted["StageName"])
            stage.method_settings = dict(map(_setting, wanted.get("MethodSettings") or ()))
        return event

    return changed


def _setting(given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """One of a template's MethodSettings. ResourcePath "/~1users~1{id}", whose "~1" is a slash, or "/*"."""
    key = f"{given.get('ResourcePath', '/*').removeprefix('/')}/{given.get('HttpMethod', '*')}"
    limits = {name: float(given[own]) for own, name in _LIMITS.items() if own in given}
    return key, limits


def _stage(account: str, region: str, api_id: str, name: str) -> Any:
    """None if there is no such stage."""
    return apigateway_backends[account][region].apis[api_id].stages.get(name)
