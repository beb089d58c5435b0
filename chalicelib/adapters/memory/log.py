"""The ordered log in memory: queue items and requests together."""

from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.adapters.memory.requests import MemoryRequests


class MemoryLog(MemoryQueues, MemoryRequests):
    def __init__(self, limit: int = 10_000) -> None:
        MemoryQueues.__init__(self, limit)
        MemoryRequests.__init__(self)
