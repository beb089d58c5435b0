"""Search expressions for what costs: metrics of all resources of the stack."""

from collections.abc import Iterable

from infra.grafana.queries import VARIABLES, Queries, any_of
from infra.grafana.resources import FUNCTIONS, QUEUES, dead_letters

MESSAGES = (
    "NumberOfMessagesSent",
    "NumberOfMessagesReceived",
    "NumberOfMessagesDeleted",
    "NumberOfEmptyReceives",
)

ask = Queries(VARIABLES)


def functions(metric: str, names: Iterable[str]) -> str:
    return ask.search("AWS/Lambda", any_of(metric), "FunctionName", named(names))


def messages() -> str:
    queues = [*QUEUES, *map(dead_letters, QUEUES)]
    return ask.search("AWS/SQS", any_of(*MESSAGES), "QueueName", named(queues, ending=".fifo"))


def logs() -> str:
    return ask.search("AWS/Logs", any_of("IncomingBytes"), "LogGroupName", named(FUNCTIONS, "/aws/lambda/"))


def units(kind: str) -> str:
    """The names of tables end with what CloudFormation has made up; a word of theirs finds them."""
    return ask.search("AWS/DynamoDB", any_of(f"Consumed{kind}CapacityUnits"), "TableName", VARIABLES.stack)


def named(names: Iterable[str], beginning: str = "", ending: str = "") -> str:
    return any_of(*(f"{beginning}{VARIABLES.stack}-{name}{ending}" for name in names))
