"""The ordered log: queue items, requests and idempotency keys together."""

from chalicelib.adapters.dynamodb.keys import DynamoKeys
from chalicelib.adapters.dynamodb.queue_sessions import DynamoQueueSessions
from chalicelib.adapters.dynamodb.queues import DynamoQueues
from chalicelib.adapters.dynamodb.requests import DynamoRequests
from chalicelib.adapters.dynamodb.tables import Tables


class DynamoLog(DynamoQueues, DynamoQueueSessions, DynamoRequests, DynamoKeys):
    def __init__(self, tables: Tables, limit: int) -> None:
        DynamoQueues.__init__(self, tables, limit)
        DynamoKeys.__init__(self, tables)
        DynamoRequests.__init__(self, tables, self)

    def forget(self, user_id: str) -> None:
        self.forget_requests(user_id)
        self.forget_keys(user_id)
