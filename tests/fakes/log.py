"""The ordered log in memory: queue items and requests together."""

from tests.fakes.queues import FakeQueues
from tests.fakes.requests import FakeRequests


class FakeLog(FakeQueues, FakeRequests):
    def __init__(self, limit: int = 10_000) -> None:
        FakeQueues.__init__(self, limit)
        FakeRequests.__init__(self)
