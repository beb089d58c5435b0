"""Requests in the order of their numbers, read in chunks."""

from chalicelib.core.ports import Log
from chalicelib.core.request import Request

CHUNK = 25


class ReadAhead:
    """What it holds may be out of date: every write that follows from it is conditional."""

    def __init__(self, log: Log, user_id: str) -> None:
        self._log = log
        self._user_id = user_id
        self._held: dict[int, Request] = {}

    def get(self, seq: int) -> Request | None:
        """The request with this number; None if there is a hole."""
        if seq not in self._held:
            self._held = {r.seq: r for r in self._log.requests(self._user_id, seq - 1, CHUNK)}
        return self._held.get(seq)

    def forget(self) -> None:
        self._held = {}
