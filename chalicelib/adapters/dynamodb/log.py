"""The ordered log: queue items, requests and idempotency keys together."""

from chalicelib.adapters.dynamodb.keys import DynamoKeys
from chalicelib.adapters.dynamodb.queues import DynamoQueues
from chalicelib.adapters.dynamodb.requests import DynamoRequests
from chalicelib.adapters.dynamodb.tables import Tables


class DynamoLog(DynamoQueues, DynamoRequests, DynamoKeys):
    def __init__(self, tables: Tables, limit: int) -> None:
        DynamoQueues.__init__(self, tables, limit)
        DynamoKeys.__init__(self, tables)
        DynamoRequests.__init__(self, tables, self)
