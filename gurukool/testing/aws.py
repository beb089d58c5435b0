"""The calls of AWS that a handler makes by itself, beside its effects."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from gurukool.testing.places import place_of_caller
from gurukool.testing.process import Event, Kind, running_process

READS = ("Get", "List", "Describe", "Head", "Query", "Scan", "BatchGet", "TransactGet")
# Calls with these names leave the same behind if they are repeated. What DynamoDB's calls leave behind, the
# tables show.
REPEATABLE = ("Put", "Delete", "Update", "Set", "Tag", "Untag")


@contextmanager
def watched_aws() -> Iterator[None]:
    """In the block, what a running handler writes by a call of AWS is an event of its process."""
    from botocore.client import BaseClient

    call = BaseClient._make_api_call  # noqa: SLF001  (the one method that boto3 and PynamoDB share)

    def watched(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        process = running_process()
        if process is None or operation.startswith(READS):
            return call(client, operation, parameters)
        with process.happening(_event(client.meta.service_model.service_name, operation, parameters)):
            return call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", watched):
        yield


def _event(service: str, operation: str, parameters: dict[str, Any]) -> Event:
    if service == "dynamodb":
        names = ", ".join(_tables(parameters))
        return Event(Kind.TABLE, names, f"written at once: {operation} {names}", place_of_caller())
    kind = Kind.TABLE if operation.startswith(REPEATABLE) else Kind.CALL
    name = f"{service}.{operation}"
    return Event(kind, name, name, place_of_caller())


def _tables(parameters: dict[str, Any]) -> list[str]:
    """The names of the tables to which a call of DynamoDB writes."""
    if name := parameters.get("TableName"):
        return [name]
    writes = [write for item in parameters.get("TransactItems", ()) for write in item.values()]
    return sorted({write["TableName"] for write in writes} | parameters.get("RequestItems", {}).keys())
