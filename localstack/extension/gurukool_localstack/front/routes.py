"""Which function serves a request: the methods of the deployed stage with a plain AWS_PROXY integration."""

from dataclasses import dataclass
from typing import Any

from localstack.aws.protocol.routing import post_process_arg_name
from localstack.constants import AWS_REGION_US_EAST_1, DEFAULT_AWS_ACCOUNT_ID
from localstack.services.apigateway.models import apigateway_stores
from localstack.services.apigateway.next_gen.execute_api.handlers.resource_router import (
    InvocationRequestRouter,
)
from localstack.services.apigateway.next_gen.execute_api.moto_helpers import get_stage_configuration
from werkzeug.exceptions import HTTPException

_REMEMBERED = 1024  # paths; callers may invent any number of them

type Match = tuple["Route", dict[str, str]]


@dataclass(frozen=True)
class Route:
    """A method of a resource."""

    resource: Any
    method: Any  # its integration is `methodIntegration`


class Routes:
    """The methods of one deployment, which never changes.

    LocalStack's own map finds them; the answer for a path without parameters is remembered.
    """

    def __init__(self, deployment: Any) -> None:
        self.deployment = deployment
        router = InvocationRequestRouter.get_router_for_deployment(deployment)
        self._resources = router._resources  # noqa: SLF001
        self._map = router._map.bind("localhost")  # noqa: SLF001
        self._fixed: dict[tuple[str, str], Match] = {}

    def match(self, method: str, path: str) -> Match | None:
        """The method's route and the path's parameters; None if LocalStack's own chain must serve it."""
        if remembered := self._fixed.get((method, path)):
            return remembered
        try:
            rule, found = self._map.match(path.rstrip("/"), method=method, return_rule=True)
        except HTTPException:
            return None
        resource = self._resources[rule.endpoint]
        methods = resource["resourceMethods"]
        chosen = methods.get(method) or methods["ANY"]
        if not _is_plain_proxy(chosen):
            return None
        parameters = {post_process_arg_name(name): value for name, value in found.items()}
        match = Route(resource, chosen), parameters
        if not parameters and len(self._fixed) < _REMEMBERED:
            self._fixed[method, path] = match
        return match


class Stage:
    """A stage of an API, and its routes, which are made anew when it gets another deployment."""

    def __init__(self, api_id: str, name: str) -> None:
        self.api_id = api_id
        self.name = name
        self._routes: Routes | None = None

    def is_deployed(self) -> bool:
        store = apigateway_stores[DEFAULT_AWS_ACCOUNT_ID][AWS_REGION_US_EAST_1]
        return self.name in store.active_deployments.get(self.api_id, ())

    def current(self) -> "Deployed | None":
        """The present deployment; None if there is none, or if it has a canary."""
        store = apigateway_stores[DEFAULT_AWS_ACCOUNT_ID][AWS_REGION_US_EAST_1]
        try:
            deployment_id = store.active_deployments[self.api_id][self.name]
            deployment = store.internal_deployments[self.api_id][deployment_id]
            stage = get_stage_configuration(deployment.account_id, deployment.region, self.api_id, self.name)
        except KeyError:
            return None
        if stage.get("canarySettings"):
            return None
        routes = self._routes
        if routes is None or routes.deployment is not deployment:
            self._routes = routes = Routes(deployment)
        return Deployed(self.api_id, self.name, deployment_id, routes, stage.get("variables") or None)


@dataclass(frozen=True)
class Deployed:
    """A stage with its deployment, at the time of one request."""

    api_id: str
    stage: str
    deployment_id: str
    routes: Routes
    variables: dict[str, str] | None

    @property
    def deployment(self) -> Any:
        return self.routes.deployment


def _is_plain_proxy(method: Any) -> bool:
    integration = method["methodIntegration"]
    return (
        integration["type"] == "AWS_PROXY"
        and integration["httpMethod"] == "POST"
        and "{" not in integration["uri"]  # a variable of the stage
        and not integration.get("requestParameters")
        and not integration.get("credentials")
        and not method.get("apiKeyRequired")
        and not (method.get("requestValidatorId") or "").strip()
    )
