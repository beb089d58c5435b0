"""Parts of the extension that store log events and pass them on, each on its own, beside no LocalStack.

LocalStack's own Python runs this program. It ends with a traceback if a part does not do what it should.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from moto.logs.models import logs_backends

from gurukool_localstack import (
    log_subscribers,
    logs,
    metrics,
    retention,
    service_metrics,
    shared_stores,
)
from gurukool_localstack.metric_filter_data import data

ACCOUNT, REGION = "000000000000", "us-east-1"
DAY_MS = 86_400_000
PATIENCE_S = 60


def group(name: str, **attributes: Any) -> Any:
    """A new log group with a stream of the same name."""
    backend = logs_backends[ACCOUNT][REGION]
    backend.create_log_group(name, {})
    backend.create_log_stream(name, name)
    created: Any = backend.groups[name]
    vars(created).update(attributes)
    return created


def write(name: str, *ages_days: float) -> None:
    """Events that are as old as that, into the stream of a group."""
    now = int(time.time() * 1000)
    events = [{"timestamp": int(now - age * DAY_MS), "message": f"{age:g}"} for age in ages_days]
    logs_backends[ACCOUNT][REGION].put_log_events(name, name, events)


def messages(created: Any) -> list[str]:
    (stream,) = created.streams.values()
    return [event.message for event in stream.events]


def events_stay_as_long_as_their_retention() -> None:
    created = [group("one-day", retention_in_days=1), group("for-ever")]
    for each in created:
        write(each.name, 3, 2, 0.5, 0)
    retention.delete_events(time.time())
    assert [messages(each) for each in created] == [["0.5", "0"], ["3", "2", "0.5", "0"]]


def events_that_came_late_go_too() -> None:
    created = group("late", retention_in_days=2)
    stream = next(iter(created.streams.values()))
    stored = stream.events
    for age in (0, 3, 1, 4):
        write("late", age)
    retention.delete_events(time.time())
    assert messages(created) == ["0", "1"]
    assert stream.events is stored, "others add to it"


def a_group_that_fails_keeps_no_events_of_others() -> None:
    group("failing", retention_in_days="many")
    created = group("after", retention_in_days=1)
    write("after", 2, 0)
    retention.delete_events(time.time())
    assert messages(created) == ["0"]
    del logs_backends[ACCOUNT][REGION].groups["failing"]


def the_newest_events_stay_of_a_group_without_retention() -> None:
    created = group("full")
    write("full", 3, 2, 1)
    vars(retention)["MOST_EVENTS"] = 2
    retention.delete_events(time.time())
    assert messages(created) == ["2", "1"]


def subscribed(name: str, *subscribers: str) -> Any:
    """A new log group with subscribers: functions that nobody has made, so that to call them fails."""
    created, arn = group(name), f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nobody"
    for each in subscribers:
        created.subscription_filters[each] = SimpleNamespace(
            name=each, filter_pattern="", destination_arn=arn, role_arn=None
        )
    return created


def a_subscriber_neither_delays_nor_loses_lines() -> None:
    """It gets them in their order, but for those for which there is no room: it is too slow."""
    created = subscribed("subscribed", "slow", "fast")
    got: dict[str, list[str]] = {"slow": [], "fast": []}
    may_go_on = threading.Event()

    def deliver(stream: Any, events: Any) -> None:
        [name] = stream.log_group.subscription_filters
        assert stream.log_group.subscription_filters[name] is created.subscription_filters[name]
        got[name] += [event["message"] for event in events]
        if name == "slow":
            may_go_on.wait(PATIENCE_S)
        raise ValueError("no such function")

    vars(log_subscribers).update(_stock_put=deliver, MOST_BATCHES=2)
    for age in (5, 4, 3, 2):
        write("subscribed", age, age)
        until(partial(_has_come, got, str(age)))
    assert messages(created) == ["5", "5", "4", "4", "3", "3", "2", "2"]
    assert next(iter(created.streams.values())).stored_bytes == 8
    assert got == {"slow": ["5", "5"], "fast": messages(created)}
    may_go_on.set()
    until(lambda: not log_subscribers._waiting)
    assert got["slow"] == ["5", "5", "4", "4", "3", "3"]
    write("subscribed", 1)
    until(lambda: got["slow"][-1] == got["fast"][-1] == "1")


def _has_come(got: Mapping[str, Sequence[str]], last: str) -> bool:
    return bool(got["slow"]) and got["fast"][-1:] == [last]


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.001)


def lines_of_a_stream_that_fails_take_no_others_with_them() -> None:
    created, now = group("lines"), int(time.time() * 1000)
    streams = [logs.Stream(ACCOUNT, REGION, name, "lines") for name in ("gone", "lines")]
    vars(logs)["_call"] = lambda *_: 1 / 0  # what a group that is new goes through
    logs._flush([logs.Line(stream, now, "text") for stream in streams])
    assert messages(created) == ["text"]


def lines_that_are_written_are_not_said_to_be_lost() -> None:
    """One of the metric filters fails."""
    created, said = group("filtered"), list[str]()
    wanted = {"metricName": "M", "metricNamespace": "N", "metricValue": "1"}
    filters: Any = logs_backends[ACCOUNT][REGION].filters
    filters.add_filter("failing", "", "filtered", [{}])
    filters.add_filter("well", "", "filtered", [wanted])
    put = list[Any]()
    vars(metrics)["put"] = lambda *arguments: put.append(arguments)
    handler = logging.Handler()
    vars(handler)["emit"] = lambda record: said.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    stream = logs.Stream(ACCOUNT, REGION, "filtered", "filtered")
    logs._flush([logs.Line(stream, int(time.time() * 1000), "text")])
    logging.getLogger().removeHandler(handler)
    assert messages(created) == ["text"]
    assert said == ["Not all metrics of 1 events were sent by the filter failing of filtered"]
    assert [datum["MetricName"] for *_, datum in put] == ["M"]


def an_event_without_a_finite_number_is_no_metric() -> None:
    events = [{"message": f'{{"n": {n}}}', "timestamp": 0} for n in ("1", "NaN", "1e999", "1" + "0" * 400)]
    transformation = {"metricName": "M", "metricValue": "$.n"}
    assert [datum["Value"] for datum in data("", transformation, events)] == [1.0]


if __name__ == "__main__":
    shared_stores.install()
    log_subscribers.install()
    vars(service_metrics)["logged"] = lambda *_: None  # there is no CloudWatch here
    events_stay_as_long_as_their_retention()
    events_that_came_late_go_too()
    a_group_that_fails_keeps_no_events_of_others()
    the_newest_events_stay_of_a_group_without_retention()
    a_subscriber_neither_delays_nor_loses_lines()
    lines_of_a_stream_that_fails_take_no_others_with_them()
    lines_that_are_written_are_not_said_to_be_lost()
    an_event_without_a_finite_number_is_no_metric()
