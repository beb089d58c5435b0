"""CloudFormation makes and updates dashboards, metric filters, saved queries and alarms.

LocalStack ignores the first three, and cannot update an alarm.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from localstack.services.cloudformation.provider_utils import generate_default_name
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceProviderExecutor,
)
from localstack.services.cloudwatch.resource_providers.aws_cloudwatch_alarm import CloudWatchAlarmProvider

_stock_load = ResourceProviderExecutor.try_load_resource_provider


def install() -> None:
    ResourceProviderExecutor.try_load_resource_provider = staticmethod(_load)
    CloudWatchAlarmProvider.update = _update_alarm


def _load(resource_type: str) -> Any:
    provider = _PROVIDERS.get(resource_type)
    return provider() if provider else _stock_load(resource_type)


def _schema(resource_type: str, identifier: list[str], create_only: list[str]) -> dict[str, Any]:
    return {
        "typeName": resource_type,
        "properties": {name: {} for name in (*identifier, *create_only)},
        "primaryIdentifier": [f"/properties/{name}" for name in identifier],
        "createOnlyProperties": [f"/properties/{name}" for name in create_only],
    }


class _Provider(ResourceProvider, ABC):  # type: ignore[misc]  # LocalStack ships no types
    """A resource that one call makes or replaces, and another deletes."""

    NAME: str  # the property with the resource's name

    def create(self, request: Any) -> Any:
        model = request.desired_state
        if self.NAME not in model:
            model[self.NAME] = generate_default_name(request.stack_name, request.logical_resource_id)
        self.put(request.aws_client_factory, model)
        return _done(model)

    def update(self, request: Any) -> Any:
        """Properties that CloudFormation makes itself are those of the resource as it was."""
        model = {**request.previous_state, **request.desired_state}
        for name in set(request.previous_state) - set(request.desired_state) - {self.NAME, *self.made()}:
            del model[name]
        self.put(request.aws_client_factory, model)
        return _done(model)

    def delete(self, request: Any) -> Any:
        self.remove(request.aws_client_factory, request.desired_state)
        return _done(request.desired_state)

    def made(self) -> list[str]:
        """The properties that the service makes."""
        return []

    @abstractmethod
    def put(self, clients: Any, model: dict[str, Any]) -> None:
        """Makes or replaces the resource, and adds the properties that the service makes to `model`."""

    @abstractmethod
    def remove(self, clients: Any, model: Mapping[str, Any]) -> None:
        """Deletes the resource."""


def _done(model: Mapping[str, Any]) -> Any:
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=dict(model))


class _Dashboard(_Provider):
    TYPE, NAME = "AWS::CloudWatch::Dashboard", "DashboardName"
    SCHEMA = _schema(TYPE, ["DashboardName"], ["DashboardName"])

    def put(self, clients: Any, model: dict[str, Any]) -> None:
        clients.cloudwatch.put_dashboard(
            DashboardName=model["DashboardName"], DashboardBody=model["DashboardBody"]
        )

    def remove(self, clients: Any, model: Mapping[str, Any]) -> None:
        clients.cloudwatch.delete_dashboards(DashboardNames=[model["DashboardName"]])


class _MetricFilter(_Provider):
    TYPE, NAME = "AWS::Logs::MetricFilter", "FilterName"
    SCHEMA = _schema(TYPE, ["LogGroupName", "FilterName"], ["LogGroupName", "FilterName"])

    def put(self, clients: Any, model: dict[str, Any]) -> None:
        clients.logs.put_metric_filter(
            logGroupName=model["LogGroupName"],
            filterName=model["FilterName"],
            filterPattern=model["FilterPattern"],
            metricTransformations=[_transformation(each) for each in model["MetricTransformations"]],
        )

    def remove(self, clients: Any, model: Mapping[str, Any]) -> None:
        clients.logs.delete_metric_filter(logGroupName=model["LogGroupName"], filterName=model["FilterName"])


def _transformation(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A template has capitals, lists for dimensions, and texts for numbers."""
    found = {name[0].lower() + name[1:]: value for name, value in properties.items()}
    found["metricValue"] = str(found["metricValue"])
    if "dimensions" in found:
        found["dimensions"] = {each["Key"]: each["Value"] for each in found["dimensions"]}
    if "defaultValue" in found:
        found["defaultValue"] = float(found["defaultValue"])
    return found


class _QueryDefinition(_Provider):
    TYPE, NAME = "AWS::Logs::QueryDefinition", "Name"
    SCHEMA = _schema(TYPE, ["QueryDefinitionId"], [])

    def made(self) -> list[str]:
        return ["QueryDefinitionId"]

    def put(self, clients: Any, model: dict[str, Any]) -> None:
        known = {"queryDefinitionId": model["QueryDefinitionId"]} if "QueryDefinitionId" in model else {}
        answer = clients.logs.put_query_definition(
            name=model["Name"],
            queryString=model["QueryString"],
            logGroupNames=model.get("LogGroupNames") or [],
            **known,
        )
        model["QueryDefinitionId"] = answer["queryDefinitionId"]

    def remove(self, clients: Any, model: Mapping[str, Any]) -> None:
        clients.logs.delete_query_definition(queryDefinitionId=model["QueryDefinitionId"])


_PROVIDERS: dict[str, Callable[[], _Provider]] = {
    provider.TYPE: provider for provider in (_Dashboard, _MetricFilter, _QueryDefinition)
}


def _update_alarm(provider: CloudWatchAlarmProvider, request: Any) -> Any:
    """Puts the alarm again, under the name that it has."""
    name = request.previous_state["AlarmName"]
    request.desired_state = {**request.desired_state, "AlarmName": name}
    return provider.create(request)
