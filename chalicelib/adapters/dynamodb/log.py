"""The ordered log: queue items and requests together."""

from chalicelib.adapters.dynamodb.queues import DynamoQueues
from chalicelib.adapters.dynamodb.requests import DynamoRequests
from chalicelib.adapters.dynamodb.tables import Tables


class DynamoLog(DynamoQueues, DynamoRequests):
    def __init__(self, tables: Tables, limit: int) -> None:
        DynamoQueues.__init__(self, tables, limit)
        DynamoRequests.__init__(self, tables)
