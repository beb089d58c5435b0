"""Collects items, so that many of them cost one call."""

import logging
import queue
import threading
import time
from collections.abc import Callable

LOG = logging.getLogger(__name__)


class Batcher[Item]:
    """Collects items for a `period` (seconds) and passes them to `flush` in one call, in order."""

    def __init__(self, name: str, period: float, flush: Callable[[list[Item]], None]) -> None:
        self._period = period
        self._flush = flush
        self._items: queue.SimpleQueue[Item] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def put(self, item: Item) -> None:
        self._items.put(item)

    def _run(self) -> None:
        while True:
            batch = [self._items.get()]
            time.sleep(self._period)
            while not self._items.empty():
                batch.append(self._items.get())
            self._try_flush(batch)

    def _try_flush(self, batch: list[Item]) -> None:
        try:
            self._flush(batch)
        except Exception:  # a batch that fails must not stop the next ones
            LOG.exception("%d items could not be written and are lost", len(batch))
