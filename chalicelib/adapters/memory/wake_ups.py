"""Wake-ups over the queue in memory, encoded as they are for the real one."""

import math

from chalicelib.adapters.memory.fifo import MemoryFifo, Receipt
from chalicelib.adapters.sqs.wake_ups import to_message
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.lane import Lane


class MemoryWakeUps:
    def __init__(self, fifo: MemoryFifo, slow: MemoryFifo | None = None) -> None:
        """Without a queue for the slow lane, both lanes are one."""
        self._fifos = {Lane.QUICK: fifo, Lane.SLOW: slow or fifo}

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
        self._fifos[lane].send(user_id, to_message(user_id, seq), wake_up_id)


class MemoryLease:
    def __init__(self, fifo: MemoryFifo, receipt: Receipt) -> None:
        self._fifo = fifo
        self._receipt = receipt

    def hold(self, seconds: float) -> None:
        if not self._fifo.change_visibility(self._receipt, max(0, math.ceil(seconds))):
            raise UnavailableError("The wake-up could not be held.")
