"""Users who are removed, whatever is at work for them, and names that are used again."""

from chalicelib.core.queueing.at_work import QUIET_MS
from tests.unit.core.queue_harness import HOUR_MS, SESSION, USER, QueueHarness


def mark(harness: QueueHarness) -> None:
    harness.store.connections.mark_for_removal(USER, harness.clock.now())


def remove_at_once(harness: QueueHarness) -> None:
    """Whatever is at work for the user."""
    mark(harness)
    harness.store.removal.delete_requests(USER)
    harness.store.removal.delete_queue(harness.queue)


def use_name_again(harness: QueueHarness) -> None:
    harness.clock.advance(2 * QUIET_MS)
    now = harness.clock.now()
    harness.store.connections.open_session(USER, SESSION, now + HOUR_MS, now, USER)


def left(harness: QueueHarness) -> list[object]:
    tables = harness.store.tables
    return [*tables.requests.get(USER, {}).values(), *tables.notes, *tables.queues]
