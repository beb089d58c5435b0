"""Reading the packaged template."""

from collections.abc import Iterator, Mapping
from typing import Any

FUNCTIONS = {
    "APIHandler": "ApiHandlerRole",
    "Worker": "WorkerRole",
    "SlowWorker": "SlowWorkerRole",
    "LongWorker": "LongWorkerRole",
    "Sweeper": "SweeperRole",
}
# And the queue that starts each.
WORKERS = {"Worker": "WakeUps", "SlowWorker": "SlowWakeUps", "LongWorker": "LongWakeUps"}
TABLES = (
    *("AccountsTable", "SessionsTable", "QueuesTable", "RequestsTable"),
    *("IdempotencyTable", "AuditTable", "ScheduledTable", "ServicesTable"),
)

INDEXES = "GlobalSecondaryIndexes"
SHAPE = ("AttributeDefinitions", "KeySchema", INDEXES)

Document = dict[str, Any]


def at(document: Document, path: str) -> Any:
    """What is at `Worker.Properties.Timeout`, say; keys may not hold dots."""
    found: Any = document
    for key in path.split("."):
        found = found[int(key)] if isinstance(found, list) else found[key]
    return found


def statements(template: Document, role: str) -> Iterator[tuple[list[str], list[Any]]]:
    """The actions and the resources of each statement of a role, with everything that is switched on."""
    policies = template["Resources"][role]["Properties"]["Policies"]
    for statement in (s for policy in policies for s in policy["PolicyDocument"]["Statement"]):
        resources = statement["Resource"]
        yield if_so(statement["Action"]), resources if isinstance(resources, list) else [resources]


def if_so(value: Any) -> Any:
    """With everything that a parameter may switch on."""
    match value:
        case {"Fn::If": [_, switched_on, _]}:
            return switched_on
        case list():
            return [if_so(entry) for entry in value]
    return value


def shape_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """The keys and indexes of a table, also the optional ones, as DynamoDB takes them. Nothing is warmed."""
    shape = {name: if_so(table[name]) for name in SHAPE if name in table}
    if INDEXES in shape:
        shape[INDEXES] = [
            {name: value for name, value in index.items() if name != "WarmThroughput"}
            for index in shape[INDEXES]
        ]
    return shape


def resource_name(resource: Any) -> str:
    """`QueuesTable` or `QueuesTable/index/working`, from the ways a policy names a resource."""
    match if_so(resource):
        case str(text):
            return text
        case {"Ref": name} | {"Fn::GetAtt": [name, "Arn"]}:
            return str(name)
        case {"Fn::Sub": text}:
            return str(text).replace("${", "").replace(".Arn}", "")
    raise ValueError(resource)


def environment(template: Document, function: str) -> Document:
    variables: Document = at(template, f"Resources.{function}.Properties.Environment.Variables")
    return variables
