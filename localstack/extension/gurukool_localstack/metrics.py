"""Sends CloudWatch metrics once a second, many in one call."""

import itertools
import logging
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from localstack.services.lambda_.invocation import version_manager
from localstack.utils.threads import start_thread

from gurukool_localstack import direct
from gurukool_localstack.batcher import Batcher

LOG = logging.getLogger(__name__)

_PERIOD_SECONDS = 1
_DATA_PER_CALL = 1000  # CloudWatch's limit


class Place(NamedTuple):
    account: str
    region: str
    namespace: str


class Function(NamedTuple):
    """A function, of which Lambda has metrics."""

    name: str
    account: str
    region: str


class Datum(NamedTuple):
    place: Place
    value: Mapping[str, Any]  # as PutMetricData takes it


def put(account: str, region: str, namespace: str, datum: Mapping[str, Any]) -> None:
    """Sends a datum of PutMetricData."""
    _batcher.put(Datum(Place(account, region, namespace), datum))


def install() -> None:
    version_manager.record_cw_metric_invocation = _count_invocation
    version_manager.record_cw_metric_error = _count_error
    version_manager.start_thread = _start_thread


def _start_thread(task: Callable[..., object], *args: Any, name: str | None = None, **options: Any) -> Any:
    """LocalStack counts each invocation in a thread of its own. To put it into the batch takes less."""
    if name and name.startswith("record-cloudwatch-metric-"):
        return task()
    return start_thread(task, *args, name=name, **options)


def _count_invocation(function_name: str, account_id: str, region_name: str) -> None:
    count("Invocations", function_name, account_id, region_name)


def _count_error(function_name: str, account_id: str, region_name: str) -> None:
    count("Invocations", function_name, account_id, region_name)
    count("Errors", function_name, account_id, region_name)


def count(metric: str, function_name: str, account: str, region: str) -> None:
    """Adds one to a metric of a function."""
    measure(metric, 1, "Count", Function(function_name, account, region))


def measure(metric: str, value: float, unit: str, function: Function) -> None:
    """Adds a value to one of Lambda's own metrics of a function."""
    dimensions = [{"Name": "FunctionName", "Value": function.name}]
    datum = {"MetricName": metric, "Dimensions": dimensions, "Value": value, "Unit": unit}
    put(function.account, function.region, "AWS/Lambda", datum)


def _flush(data: list[Datum]) -> None:
    by_place = attrgetter("place")
    for place, own in itertools.groupby(sorted(data, key=by_place), by_place):
        for some in itertools.batched(own, _DATA_PER_CALL, strict=False):
            _put(place, [datum.value for datum in some])


def _put(place: Place, values: list[Mapping[str, Any]]) -> None:
    """Sends all of them, or else each alone: one that CloudWatch refuses must not take the others with it."""
    if _fault(place, values) is None:
        return
    lost = [(value, fault) for value in values if (fault := _fault(place, [value])) is not None]
    if lost:
        text = "%d metrics of %s could not be written and are lost, such as %s"
        LOG.error(text, len(lost), place.namespace, lost[0][0], exc_info=lost[0][1])


def _fault(place: Place, values: list[Mapping[str, Any]]) -> Exception | None:
    """Stores all of the values and returns None; or why it has stored none of them."""
    context = direct.context("cloudwatch", "PutMetricData", place.account, place.region)
    try:
        direct.call(context, namespace=place.namespace, metric_data=values)
    except Exception as error:  # noqa: BLE001  (one of the values may be at fault)
        return error
    return None


_batcher = Batcher("gurukool-metrics", _PERIOD_SECONDS, _flush)
