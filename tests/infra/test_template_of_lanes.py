"""The three lanes in the packaged template: queues, workers and their concurrency."""

from typing import Any

import pytest

from chalicelib.functions.serving import MOST_RECEIVES
from infra import logs
from infra.log_lines import FUNCTION_COLOURS
from tests.infra.documents import FUNCTIONS, WORKERS, Document, at, environment

MARGIN_SECONDS = 10
CRASHES = 40  # of its worker, which a timer may see beside its own returns
SOURCE = "Properties.Events.{worker}SqsEventSource.Properties"
WORKER_PROPERTIES = [
    ("Properties.MemorySize", 512),
    ("Properties.RecursiveLoop", "Allow"),
    (f"{SOURCE}.BatchSize", 1),
    (f"{SOURCE}.FunctionResponseTypes", ["ReportBatchItemFailures"]),
    (f"{SOURCE}.MaximumBatchingWindowInSeconds", {"Ref": "AWS::NoValue"}),
]
QUEUE_PROPERTIES = [
    ("Properties.FifoQueue", True),
    ("Properties.DeduplicationScope", "messageGroup"),
    ("Properties.FifoThroughputLimit", "perMessageGroupId"),
    ("Properties.ContentBasedDeduplication", False),
    ("Properties.SqsManagedSseEnabled", True),
    ("Properties.RedrivePolicy.maxReceiveCount", 150),
]


@pytest.mark.parametrize(("worker", "seconds"), [("Worker", 60), ("SlowWorker", 60), ("LongWorker", 900)])
def test_a_long_worker_may_run_as_long_as_lambda_allows(
    template: Document, worker: str, seconds: int
) -> None:
    assert template["Resources"][worker]["Properties"]["Timeout"] == seconds


@pytest.mark.parametrize("worker", WORKERS)
@pytest.mark.parametrize(("path", "expected"), WORKER_PROPERTIES)
def test_workers_differ_in_their_lane_and_their_time_only(
    template: Document, worker: str, path: str, expected: Any
) -> None:
    assert at(template["Resources"][worker], path.format(worker=worker)) == expected


@pytest.mark.parametrize(
    ("worker", "parameter"),
    [
        ("Worker", "MaximumConcurrency"),
        ("SlowWorker", "SlowMaximumConcurrency"),
        ("LongWorker", "LongMaximumConcurrency"),
    ],
)
def test_each_worker_has_a_queue_and_a_concurrency_of_its_own(
    template: Document, worker: str, parameter: str
) -> None:
    source = at(template["Resources"][worker], SOURCE.format(worker=worker))
    assert source["Queue"] == {"Fn::GetAtt": [WORKERS[worker], "Arn"]}
    limit: Document = {"MaximumConcurrency": {"Ref": parameter}}
    if worker == "Worker":
        limit = {"Fn::If": ["IsProvisioned", {"Ref": "AWS::NoValue"}, limit]}  # AWS takes one or the other
    assert source["ScalingConfig"] == limit
    assert ("ProvisionedPollerConfig" in source) == (worker == "Worker")


URLS = {"WakeUps": "WAKE_UPS_URL", "SlowWakeUps": "SLOW_WAKE_UPS_URL", "LongWakeUps": "LONG_WAKE_UPS_URL"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_workers_know_all_queues_and_nobody_else_that_of_the_long_lane(
    template: Document, function: str
) -> None:
    variables = environment(template, function)
    known = {queue: {"Ref": queue} for queue in URLS if function in WORKERS or queue != "LongWakeUps"}
    assert {queue: variables[url] for queue, url in URLS.items() if url in variables} == known


@pytest.mark.parametrize("queue", WORKERS.values())
@pytest.mark.parametrize(("path", "expected"), QUEUE_PROPERTIES)
def test_the_queues_of_wake_ups_are_alike(template: Document, queue: str, path: str, expected: Any) -> None:
    assert at(template["Resources"][queue], path) == expected


@pytest.mark.parametrize("queue", WORKERS.values())
def test_what_nobody_can_serve_is_put_aside(template: Document, queue: str) -> None:
    aside = at(template, f"Resources.{queue}.Properties.RedrivePolicy.deadLetterTargetArn")
    assert aside == {"Fn::GetAtt": [f"{queue}DeadLetters", "Arn"]}
    properties = template["Resources"][f"{queue}DeadLetters"]["Properties"]
    assert properties["FifoQueue"]
    assert properties["SqsManagedSseEnabled"]


@pytest.mark.parametrize(("worker", "queue"), WORKERS.items())
def test_a_wake_up_stays_invisible_a_little_longer_than_the_worker_may_run(
    template: Document, worker: str, queue: str
) -> None:
    visibility = at(template, f"Resources.{queue}.Properties.VisibilityTimeout")
    assert visibility == at(template, f"Resources.{worker}.Properties.Timeout") + MARGIN_SECONDS


@pytest.mark.parametrize("queue", WORKERS.values())
def test_a_timer_is_replaced_before_its_queue_gives_it_up(template: Document, queue: str) -> None:
    most = at(template, f"Resources.{queue}.Properties.RedrivePolicy.maxReceiveCount")
    assert most >= MOST_RECEIVES + CRASHES


@pytest.mark.parametrize(
    ("function", "name"),
    [("APIHandler", "Api"), *((name, name) for name in (*WORKERS, "Sweeper"))],
)
def test_concurrency_is_reserved_only_if_the_operator_says_so(
    template: Document, function: str, name: str
) -> None:
    reserved = template["Resources"][function]["Properties"]["ReservedConcurrentExecutions"]
    parameter = f"{name}Concurrency"
    none = str(template["Parameters"][parameter]["Default"])
    assert reserved == {"Fn::If": [f"{name}Reserved", {"Ref": parameter}, {"Ref": "AWS::NoValue"}]}
    assert template["Conditions"][f"{name}Reserved"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, none]}]
    }


@pytest.mark.parametrize(
    ("resource", "handler"),
    [
        ("APIHandler", "app.app"),
        ("Worker", "app.worker"),
        ("SlowWorker", "app.slow_worker"),
        ("LongWorker", "app.long_worker"),
        ("Sweeper", "app.sweeper"),
    ],
)
def test_lambda_calls_a_name_that_the_application_has(
    template: Document, resource: str, handler: str
) -> None:
    import app

    assert template["Resources"][resource]["Properties"]["Handler"] == handler
    assert callable(getattr(app, handler.removeprefix("app.")))


def test_make_logs_follows_every_function_in_a_colour_of_its_own(template: Document) -> None:
    assert set(logs.FUNCTIONS.values()) == {name for name in template["Outputs"] if name.endswith("Function")}
    assert FUNCTION_COLOURS.keys() == logs.FUNCTIONS.keys()
    assert len(set(FUNCTION_COLOURS.values())) == len(FUNCTION_COLOURS)
