"""The calls of AWS that a handler makes by itself, beside its effects."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from gurukool.testing.places import place_of_caller
from gurukool.testing.process import Event, Kind, running_process

READS = ("Get", "List", "Describe", "Head", "Query", "Scan", "BatchGet", "TransactGet")
# These read only, though their names do not say so.
READING = {
    *("kms.Decrypt", "kms.Encrypt", "kms.GenerateDataKey", "kms.Sign", "kms.Verify"),
    *("sts.AssumeRole", "sts.AssumeRoleWithWebIdentity"),
    *("bedrock-runtime.InvokeModel", "bedrock-runtime.InvokeModelWithResponseStream"),
    *("bedrock-runtime.Converse", "bedrock-runtime.ConverseStream"),
}
# Calls with these names leave the same behind if they are repeated. What DynamoDB's calls leave behind, the
# tables show.
REPEATABLE = ("Put", "Delete", "Update", "Set", "Tag", "Untag")
# These append, whatever their names say.
APPENDING = {
    *("cloudwatch.PutMetricData", "events.PutEvents", "logs.PutLogEvents"),
    *("firehose.PutRecord", "firehose.PutRecordBatch", "kinesis.PutRecord", "kinesis.PutRecords"),
}


@contextmanager
def watched_aws() -> Iterator[None]:
    """In the block, what a running handler writes by a call of AWS is an event of its process."""
    from botocore.client import BaseClient

    call = BaseClient._make_api_call  # noqa: SLF001  (the one method that boto3 and PynamoDB share)

    def watched(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        process = running_process()
        service = client.meta.service_model.service_name
        if process is None or operation.startswith(READS) or f"{service}.{operation}" in READING:
            return call(client, operation, parameters)
        with process.happening(_event(service, operation, parameters)):
            return call(client, operation, parameters)

    with patch.object(BaseClient, "_make_api_call", watched):
        yield


def _event(service: str, operation: str, parameters: dict[str, Any]) -> Event:
    if service == "dynamodb":
        names = ", ".join(_tables(parameters))
        return Event(Kind.TABLE, names, f"written at once: {operation} {names}", place_of_caller())
    name = f"{service}.{operation}"
    repeatable = operation.startswith(REPEATABLE) and name not in APPENDING
    kind = Kind.TABLE if repeatable else Kind.CALL
    return Event(kind, name, name, place_of_caller())


def _tables(parameters: dict[str, Any]) -> list[str]:
    """The names of the tables to which a call of DynamoDB writes."""
    if name := parameters.get("TableName"):
        return [name]
    writes = [write for item in parameters.get("TransactItems", ()) for write in item.values()]
    return sorted({write["TableName"] for write in writes} | parameters.get("RequestItems", {}).keys())
