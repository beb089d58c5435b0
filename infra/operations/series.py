"""The metrics that a dashboard can show, as lines of a panel."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

OWN = "Gurukool"
STACK = "${AWS::StackName}"
FUNCTIONS = ("api", "worker", "slow-worker", "long-worker", "sweeper")
QUEUES = ("wake-ups", "slow-wake-ups", "long-wake-ups")
CALLBACK_QUEUE = "callback-wake-ups"
BUSY_TABLES = ("QueuesTable", "RequestsTable")  # every request writes to these


@dataclass(frozen=True, slots=True)
class Series:
    namespace: str
    metric: str
    statistic: str
    label: str
    dimensions: Mapping[str, str] = field(default_factory=dict)  # values as Fn::Sub takes them


def own(statistic: str, *metrics: str) -> Iterable[Series]:
    return (Series(OWN, name, statistic, name, {"stack": STACK}) for name in metrics)


def percentiles(metric: str, *percentiles: str) -> Iterable[Series]:
    return (Series(OWN, metric, p, f"{metric} {p}", {"stack": STACK}) for p in percentiles)


def of_functions(metric: str, statistic: str, functions: Iterable[str] = FUNCTIONS) -> Iterable[Series]:
    return (
        Series("AWS/Lambda", metric, statistic, f"{metric} {name}", {"FunctionName": f"{STACK}-{name}"})
        for name in functions
    )


def messages(which: str, ending: str = "", queues: Iterable[str] = QUEUES) -> Iterable[Series]:
    metric = f"ApproximateNumberOfMessages{which}"
    return (
        Series("AWS/SQS", metric, "Maximum", f"{name}{ending}", {"QueueName": f"{STACK}-{name}{ending}.fifo"})
        for name in queues
    )


def of_tables(metric: str, kind: str) -> Iterable[Series]:
    return (
        Series("AWS/DynamoDB", metric, "Sum", f"{kind} {table}", {"TableName": f"${{{table}}}"})
        for table in BUSY_TABLES
    )
