"""Wake-ups over the queue in memory, encoded as they are for the real one."""

import math

from chalicelib.adapters.sqs import to_message
from chalicelib.core.errors import UnavailableError
from tests.fakes.sqs import FakeFifo, Receipt


class FakeWakeUps:
    def __init__(self, fifo: FakeFifo) -> None:
        self._fifo = fifo

    def ring(self, user_id: str, seq: int, ring_id: str) -> None:
        self._fifo.send(user_id, to_message(user_id, seq), ring_id)


class FakeLease:
    def __init__(self, fifo: FakeFifo, receipt: Receipt) -> None:
        self._fifo = fifo
        self._receipt = receipt

    def hold(self, seconds: float) -> None:
        if not self._fifo.change_visibility(self._receipt, max(0, math.ceil(seconds))):
            raise UnavailableError("The wake-up could not be held.")
