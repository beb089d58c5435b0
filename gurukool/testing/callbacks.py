"""Callbacks in tests: what would be pushed is kept, in order, and nothing is sent over the network."""

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.wake_ups import MemoryLease, MemoryWakeUps
from chalicelib.adapters.sqs.wake_ups import from_message, timer_s
from chalicelib.core.queueing.callback_calls import Answer
from chalicelib.core.queueing.calling_back import CALL_MS, CallingBack
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.steps import Wait
from chalicelib.core.time import Clock, Millis
from chalicelib.webhooks.signing import outcome_id
from gurukool.testing.timers import next_at


@dataclass(frozen=True, slots=True)
class Push:
    """What the receiver of a callback gets: a POST."""

    id: str  # the header `webhook-id`: the same whenever this outcome is pushed
    url: str
    user: str
    seq: int
    body: Any  # JSON: what dequeue answers, and `user`


class Receivers:
    """All receivers, each of which accepts what it gets, and the real core that calls them."""

    def __init__(self, store: MemoryStore, clock: Clock) -> None:
        self.pushes: list[Push] = []
        self._clock = clock
        self.fifo = MemoryFifo(clock.now)
        self._call_all = CallingBack(store, clock, self._receive)
        self.wake_ups = MemoryWakeUps(self.fifo)

    @property
    def next_at(self) -> Millis | None:
        """When the next wake-up is due; None: nobody is to be called."""
        return next_at(self.fifo)

    def serve(self) -> None:
        """Serve the next wake-up, as the function `callbacks` does."""
        receipt = self.fifo.receive()
        if receipt is None:
            return
        now = self._clock.now()
        ending = self._call_all(from_message(receipt.body)[0], now + 2 * CALL_MS)
        if isinstance(ending, Wait):
            MemoryLease(self.fifo, receipt).hold(timer_s(ending.until - now))
        else:
            self.fifo.delete(receipt)

    def _receive(self, outcome: Request, _attempt: int) -> Answer:
        self.pushes.append(_push_of(outcome))
        return Answer(200)


def _push_of(outcome: Request) -> Push:
    from chalicelib.api.queueing.callback_views import pushed  # only of tests with callbacks

    id_ = outcome_id(outcome.user_id, outcome.seq)
    return Push(id_, outcome.callback or "", outcome.user_id, outcome.seq, json.loads(pushed(outcome)))
