"""The memory adapters, for users with very long histories and for a backlog of a million."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.queueing.request import Request


class LongRequests(MemoryRequests):
    """Finds the next requests without sorting all, and makes those of a backlog when they are read."""

    backlogs: dict[str, Request]  # by user: the last request of a backlog, which begins with number 1

    def get(self, user_id: str, seq: int) -> Request | None:
        found = self._tables.requests.get(user_id, {}).get(seq)
        last = self.backlogs.get(user_id)
        if found is None and last and seq <= last.seq:
            found = self._tables.requests.setdefault(user_id, {})[seq] = replace(last, seq=seq)
        return found

    def list_after(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        tail = self._tables.queues[user_id].tail
        found: list[Request] = []
        for seq in range(after + 1, tail + 1):
            request = self.get(user_id, seq)
            if request:
                found.append(request)
                if len(found) == limit:
                    break
        return found

    def forget(self, user_id: str, up_to: int) -> None:
        """What has been read and checked; in a week DynamoDB would have deleted it."""
        places = self._tables.requests.get(user_id, {})
        for seq in [seq for seq in list(places)[:100] if seq <= up_to]:
            del places[seq]


class ScaleStore(MemoryStore):
    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.requests: LongRequests = LongRequests(self.tables, self.keys, self.tables.ledger.commit)
        self.requests.backlogs = {}
