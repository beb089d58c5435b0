"""A DynamoDB that answers every call with an error."""

from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.dynamodb.tables import TableNames, Tables


def tables_at(url: str) -> Tables:
    return Tables(TableNames(queues="q", requests="r", idempotency="i"), region="us-east-1", host=url)


class Broken:
    """A DynamoDB that answers everything with one error."""

    def __init__(self, error: Exception) -> None:
        self.tables = tables_at("http://127.0.0.1:1")
        self.store = DynamoStore(self.tables, 5)
        self.error = error
        self.calls = 0
        client: Any = self.tables.connection._client
        client._make_api_call = self._fail

    def _fail(self, *_: Any) -> None:
        self.calls += 1
        raise self.error


def answered(code: str, status: int = 400) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "Secret text."},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "TransactWriteItems")
