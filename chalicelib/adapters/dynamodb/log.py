"""The ordered log: queue items, requests and idempotency keys together."""

from chalicelib.adapters.dynamodb.keys import DynamoKeys
from chalicelib.adapters.dynamodb.queue_sessions import DynamoQueueSessions
from chalicelib.adapters.dynamodb.queues import DynamoQueues
from chalicelib.adapters.dynamodb.requests import DynamoRequests
from chalicelib.adapters.dynamodb.tables import Tables

AT_ONCE = 2_500  # requests or keys that one call forgets: a hundred writes of 25, some seconds


class DynamoLog(DynamoQueues, DynamoQueueSessions, DynamoRequests, DynamoKeys):
    def __init__(self, tables: Tables, limit: int) -> None:
        DynamoQueues.__init__(self, tables, limit)
        DynamoKeys.__init__(self, tables)
        DynamoRequests.__init__(self, tables, self)

    def forget(self, user_id: str) -> bool:
        left = [self.forget_requests(user_id, AT_ONCE), self.forget_keys(user_id, AT_ONCE)]
        return not any(left)
