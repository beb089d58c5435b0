"""A user of the store's own for each test, and requests of theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from secrets import token_hex

import pytest

from chalicelib.adapters.memory.clock import START
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.ports import Store
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.time import Millis

NOW: Millis = START
LATER: Millis = NOW + 1_000
EXPIRY: Millis = NOW + 3_600_000
DONE = Outcome(Status.SUCCEEDED, result='{"a":1}')


@dataclass(frozen=True, slots=True)
class User:
    store: Store
    id: str = field(default_factory=lambda: token_hex(16))
    session: str = field(default_factory=lambda: token_hex(6))

    def sign_in(self) -> None:
        self.store.connections.open_session(self.id, self.session, EXPIRY, NOW)

    @property
    def queue(self) -> Queue:
        queue = self.store.queues.get(self.id)
        assert queue is not None
        return queue

    def take(self, count: int = 1, now: Millis = NOW) -> Queue:
        return self.store.queues.take_numbers(self.id, self.session, count, now)

    def new(self, seq: int, key: str | None = None) -> Request:
        """A request as it is before it is written."""
        return Request(self.id, seq, "echo", '{"a":1}', Status.QUEUED, enqueued_at=NOW, key=key)

    def write(self, seq: int, key: IdempotencyKey | None = None) -> Request:
        request = self.new(seq, key.key if key else None)
        self.store.requests.write(request, key, last=seq)
        return request

    def begin(self, seq: int, by: str = "worker") -> Request:
        return self.store.requests.begin(self.written(seq), by, NOW, NOW + 500)

    def succeed(self, seq: int) -> Request:
        return self.store.requests.finish(self.begin(seq), DONE, LATER)

    def written(self, seq: int) -> Request:
        request = self.store.requests.get(self.id, seq)
        assert request is not None
        return request

    def send(self, count: int = 1) -> None:
        """Requests with the next `count` numbers, written."""
        queue = self.take(count)
        for seq in range(queue.tail - count + 1, queue.tail + 1):
            self.write(seq)

    def send_mixed(self) -> None:
        """Five requests of two types, of which the third is a void."""
        self.take(5)
        for seq, type_ in enumerate(("echo", "mail", "echo", "echo", "mail"), 1):
            if seq == 3:
                self.store.requests.void(self.id, seq, LATER)
            else:
                self.store.requests.write(replace(self.new(seq), type=type_))

    def progress(self, queue: Queue, requests: int) -> Progress:
        """`requests` of them past the head, all succeeded."""
        made = Progress.none(queue, NOW)
        for seq in range(queue.head + 1, queue.head + requests + 1):
            made = made.past(self.written(seq))
        return made


def assert_refused(*changes: Callable[[], object]) -> None:
    """Each of them finds that its condition does not hold."""
    for change in changes:
        with pytest.raises(LostRaceError):
            change()
