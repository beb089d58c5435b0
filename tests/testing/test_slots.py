"""`start_before` and `slot` of the queues in memory."""

from gurukool import handler
from gurukool.testing import Queue


@handler("note")
def note(payload: int) -> int:
    return payload


def test_a_request_is_replaced_or_expires_as_in_the_real_queue() -> None:
    queue = Queue()
    queue.enqueue(note, 1, not_before=10)
    queue.enqueue(note, 2, slot="draft")
    queue.enqueue(note, 3, start_before=5)
    queue.enqueue(note, 4, slot="draft", if_busy="replace")

    queue.advance(10)

    statuses = [outcome.status for outcome in queue.outcomes()]
    assert statuses == ["succeeded", "cancelled", "expired", "succeeded"]
