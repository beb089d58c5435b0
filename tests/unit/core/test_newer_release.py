"""A worker that is older than what it meets: it loses nothing, and leaves it to a worker that can read it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from chalicelib.adapters.memory.queues import MemoryQueues
from chalicelib.adapters.memory.requests import MemoryRequests
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.errors import NewerItemError
from chalicelib.core.queueing.drain import NEWER_MS
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import HOLE_GRACE_MS, Queue
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.queueing.steps import Wait
from tests.unit.core.queue_harness import HOUR_MS, LIMIT, USER, QueueHarness


class OlderRequests(MemoryRequests):
    """As code reads them that knows nothing of what was stored from number `newer` on."""

    newer = LIMIT + 1

    def get(self, user_id: str, seq: int) -> Request | None:
        if seq >= self.newer:
            raise NewerItemError
        return super().get(user_id, seq)

    def list_after(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        found = [request for request in super().list_after(user_id, after, limit) if request.seq < self.newer]
        if not found:
            raise NewerItemError
        return found


class OlderQueues(MemoryQueues):
    """Of which the code can read none."""

    def get(self, user_id: str) -> Queue | None:
        raise NewerItemError


def older(newer: int) -> tuple[QueueHarness, OlderRequests]:
    """A worker that cannot read the requests from number `newer` on."""
    store = MemoryStore(LIMIT)
    store.requests = requests = OlderRequests(store.tables, store.keys, store.tables.ledger.commit)
    requests.newer = newer
    return QueueHarness(store=store), requests


def test_a_request_of_a_newer_release_waits_and_loses_no_attempt() -> None:
    harness, requests = older(newer=3)
    harness.send(4)

    assert harness.wake() == Wait(harness.clock.now() + NEWER_MS)

    assert harness.started == [1, 2]
    assert harness.queue.head == 2, "what was done so far can be read"
    assert [harness.request(seq).attempts for seq in (3, 4)] == [0, 0]

    requests.newer = LIMIT + 1
    harness.run()

    assert harness.started == [1, 2, 3, 4]


def test_a_place_that_cannot_be_read_is_not_taken_for_a_hole() -> None:
    harness, _ = older(newer=1)
    harness.send()
    harness.clock.advance(2 * HOLE_GRACE_MS)

    harness.wake()

    assert harness.statuses() == [Status.QUEUED]


def test_the_wake_up_of_a_queue_of_a_newer_release_comes_back() -> None:
    harness = QueueHarness()
    harness.send()
    harness.drains[Lane.QUICK] = replace(harness.drain, queues=OlderQueues(harness.store.tables))

    assert harness.wake() == Wait(harness.clock.now() + NEWER_MS)
    assert harness.statuses() == [Status.QUEUED]


def test_the_sweeper_says_which_queue_it_leaves_to_the_newer_release(
    caplog: pytest.LogCaptureFixture,
) -> None:
    harness, _ = older(newer=1)
    harness.send()
    harness.clock.advance(HOUR_MS // 2)

    harness.sweep()

    assert [(r.message, vars(r)["fields"]["user"]) for r in caplog.records if r.levelname == "WARNING"] == [
        ("item of a newer release", USER)
    ]
