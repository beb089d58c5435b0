"""The alarms on what AWS measures of each resource. docs/operations.md argues the thresholds.

They are made from the resources of the template, so that none of them is forgotten, and an application's
tables and queues have theirs too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from infra.operations.alarm import Alarm, Metric
from infra.operations.own_alarms import CHECKED_S

LAMBDA, SQS, DYNAMODB, GATEWAY = "AWS/Lambda", "AWS/SQS", "AWS/DynamoDB", "AWS/ApiGateway"
SWEEPER, CHECKER = "Sweeper", "Checker"
SWEEPERS = "Sweepers"  # the parameter: how many share the work
API = "RestAPI"
# How many of each function the event source starts at most. In provisioned mode it is ten for each poller. A
# template cannot multiply, but it can append a zero.
CONCURRENCY: Mapping[str, Any] = {
    "Worker": {"Fn::If": ["IsProvisioned", {"Fn::Sub": "${MaximumPollers}0"}, {"Ref": "MaximumConcurrency"}]},
    "SlowWorker": {"Ref": "SlowMaximumConcurrency"},
    "LongWorker": {"Ref": "LongMaximumConcurrency"},
    "Callbacks": {"Ref": "CallbackConcurrency"},
}
MOST_IN_FLIGHT = 100_000  # of 120,000, SQS's limit for a queue
THROTTLES = ("ReadThrottleEvents", "WriteThrottleEvents")
# DynamoDB counts its own errors for each operation. These are what the worker calls for every request.
BUSY_OPERATIONS = {"QueuesTable": ("GetItem", "UpdateItem"), "RequestsTable": ("Query", "UpdateItem")}
CONCURRENCY_ALARM, HAS_CONCURRENCY_ALARM = "ConcurrencyAlarm", "HasConcurrencyAlarm"

Resource = Mapping[str, Any]


def of_resources(resources: Mapping[str, Resource]) -> Iterator[Alarm]:
    """Of each function, queue, table and index, of the API, and of the account's concurrency."""
    queues = {id_: of for id_, of in resources.items() if of.get("Type") == "AWS::SQS::Queue"}
    dead = {target for queue in queues.values() if (target := _dead_letters_of(queue))}
    yield from (_of_gateway(resources[API]), _of_account())
    for id_, resource in resources.items():
        only_if = tuple([resource["Condition"]] if "Condition" in resource else [])
        if _is_function(resource):
            yield from _of_function(id_, resource, only_if)
        elif id_ in queues:
            yield _of_dead_letters(id_, only_if) if id_ in dead else _of_queue(id_, only_if)
        elif resource.get("Type") == "AWS::DynamoDB::Table":
            yield from _of_table(id_, resource, only_if)


def _is_function(resource: Resource) -> bool:
    """Chalice says that it is one."""
    return "Type" not in resource and "FunctionName" in resource.get("Properties", {})


def _of_function(id_: str, function: Resource, only_if: tuple[str, ...]) -> Iterator[Alarm]:
    def metric(name: str, statistic: str = "Sum") -> Metric:
        return Metric(LAMBDA, name, statistic, {"FunctionName": {"Ref": id_}})

    failed = f"Invocations of {id_} end with an error, again and again."
    refused = f"Lambda refuses to start {id_}: the concurrency is used up."
    for name, section, reason in (
        ("Errors", "function-errors", failed),
        ("Throttles", "function-throttles", refused),
    ):
        alarm = Alarm(f"{id_}{name}", section, reason, metric(name), 1, 3, 5, only_if=only_if)
        yield _of_each_check(alarm) if id_ == CHECKER else alarm
    if id_ == SWEEPER:
        gone = "For three minutes, too few sweepers have run: queues that stand still are not found."
        all_of_them = {"Ref": SWEEPERS}  # the metric counts all of them, each of which runs once a minute
        yield Alarm(
            "SweeperStopped", "sweeper-stopped", gone, metric("Invocations"), all_of_them, 3, 3, if_below=True
        )
    if id_ in CONCURRENCY:
        busy = f"All of {id_} are busy: more users wait for one."
        running, most = metric("ConcurrentExecutions", "Maximum"), CONCURRENCY[id_]
        yield Alarm(f"{id_}Busy", "workers-busy", busy, running, most, 5, 5, only_if=only_if)
    if "RecursiveLoop" in function["Properties"]:
        ended = f"Lambda takes {id_} for a loop and drops its wake-ups."
        dropped = metric("RecursiveInvocationsDropped")
        yield Alarm(f"{id_}Dropped", "invocations-dropped", ended, dropped, 1, 1, 1, only_if=only_if)


def _of_each_check(alarm: Alarm) -> Alarm:
    """For two checks in a row. Most minutes have no check, so that three of five could never have a fault."""
    return replace(alarm, periods=2, of=2, period_s=CHECKED_S)


def _of_gateway(api: Resource) -> Alarm:
    reason = "API Gateway answers calls with 5xx, minute after minute."
    failed = Metric(GATEWAY, "5XXError", "Sum", {"ApiName": api["Properties"]["Name"]})
    return Alarm("GatewayErrors", "gateway-errors", reason, failed, 1, 3, 5)


def _of_account() -> Alarm:
    reason = "Functions claim most of the concurrency that the account has in this region."
    claimed = Metric(LAMBDA, "ClaimedAccountConcurrency", "Maximum")
    most, only_if = {"Ref": CONCURRENCY_ALARM}, (HAS_CONCURRENCY_ALARM,)
    return Alarm("ConcurrencyClaimed", "concurrency-claimed", reason, claimed, most, 3, 5, only_if=only_if)


def _dead_letters_of(queue: Resource) -> str | None:
    target = queue.get("Properties", {}).get("RedrivePolicy", {}).get("deadLetterTargetArn", {})
    return str(target["Fn::GetAtt"][0]) if "Fn::GetAtt" in target else None


def _of_dead_letters(id_: str, only_if: tuple[str, ...]) -> Alarm:
    reason = f"A message was given up: it is in {id_}."
    return Alarm(id_, "dead-letters", reason, _of_messages(id_, "Visible"), 1, 1, 1, only_if=only_if)


def _of_queue(id_: str, only_if: tuple[str, ...]) -> Alarm:
    reason = f"So many messages of {id_} are in flight that SQS will soon hand out no more."
    metric = _of_messages(id_, "NotVisible")
    return Alarm(f"{id_}Full", "queue-full", reason, metric, MOST_IN_FLIGHT, 1, 1, only_if=only_if)


def _of_messages(id_: str, which: str) -> Metric:
    dimensions = {"QueueName": {"Fn::GetAtt": [id_, "QueueName"]}}
    return Metric(SQS, f"ApproximateNumberOfMessages{which}", "Maximum", dimensions)


def _of_table(id_: str, table: Resource, only_if: tuple[str, ...]) -> Iterator[Alarm]:
    yield from _of_throttles(id_, id_, {"TableName": {"Ref": id_}}, only_if)
    for operation in BUSY_OPERATIONS.get(id_, ()):
        reason = f"DynamoDB itself fails at {operation} of {id_}, minute after minute."
        failed = Metric(DYNAMODB, "SystemErrors", "Sum", {"TableName": {"Ref": id_}, "Operation": operation})
        name = f"{id_}{operation}Fails"
        yield Alarm(name, "table-failing", reason, failed, 1, 3, 5, only_if=only_if)
    for index in table["Properties"].get("GlobalSecondaryIndexes", []):
        condition, described, _ = index.get("Fn::If", ("", index, None))
        name = described["IndexName"]
        dimensions = {"TableName": {"Ref": id_}, "GlobalSecondaryIndexName": name}
        conditions = (*only_if, *([condition] if condition else []))
        yield from _of_throttles(f"{id_}{_camel(name)}", f"{id_}, index {name}", dimensions, conditions)


def _of_throttles(
    name: str, what: str, dimensions: Mapping[str, Any], only_if: tuple[str, ...]
) -> Iterator[Alarm]:
    for metric in THROTTLES:
        kind = metric.removesuffix("ThrottleEvents")
        reason = f"DynamoDB refuses some {kind.lower()}s of {what}, minute after minute."
        throttled = Metric(DYNAMODB, metric, "Sum", dimensions)
        yield Alarm(f"{name}{kind}s", "table-throttled", reason, throttled, 1, 3, 5, only_if=only_if)


def _camel(name: str) -> str:
    """As a part of a logical id: "by-type" is "ByType"."""
    return "".join(
        part[:1].upper() + part[1:] for part in name.replace("_", "-").replace(".", "-").split("-")
    )
