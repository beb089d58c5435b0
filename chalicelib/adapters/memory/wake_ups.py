"""Wake-ups over queues in memory, encoded as they are for the real ones."""

import math
from collections.abc import Mapping

from chalicelib.adapters.memory.fifo import MemoryFifo, Receipt
from chalicelib.adapters.sqs.wake_ups import group_of, to_message
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane


class MemoryWakeUps:
    def __init__(self, fifos: MemoryFifo | Mapping[Lane, MemoryFifo]) -> None:
        """With one queue, all lanes share it."""
        self._fifos = dict.fromkeys(Lane, fifos) if isinstance(fifos, MemoryFifo) else fifos

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
        group = group_of(user_id, wake_up_id, lane)
        self._fifos[lane].send(group, to_message(user_id, seq), wake_up_id)


class MemoryLease:
    def __init__(self, fifo: MemoryFifo, receipt: Receipt) -> None:
        self._fifo = fifo
        self._receipt = receipt

    def hold(self, seconds: float) -> None:
        if not self._fifo.change_visibility(self._receipt, max(0, math.ceil(seconds))):
            raise UnavailableError("The wake-up could not be held.")
