"""Queues of users without a session: how they are made, and opened for a service."""

from typing import Any

from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.connections import ZEROS
from chalicelib.adapters.dynamodb.queue_items import QueueItems
from chalicelib.adapters.dynamodb.records import to_queue
from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.looks import first_look
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.time import Millis


def open_queue(items: QueueItems, user_id: str, now: Millis, limit: int) -> None:
    """See `QueueStore.open_for_service`. `limit`: how many requests without an outcome it has room for."""
    m = items.model
    closed: Any = m.state == State.CLOSED
    mark = items.marked(user_id, first_look(now))
    actions: list[Any] = [m.state.set(State.OPEN), m.tail_at.set(now), *mark]
    try:
        queue = items.update(user_id, actions, closed & items.is_admitted())
    except LostRaceError:
        create_open(items, user_id, now, room=limit, limit=limit)
    else:
        items.change_limit(queue, limit)


def create_open(items: QueueItems, user_id: str, now: Millis, **attributes: Any) -> Queue:
    """An open queue without sessions, at which the sweeper will look. Condition: there is none."""
    m, zeros = items.model, dict.fromkeys(ZEROS, 0)
    look = {"shard": items.shard(user_id), "look_at": first_look(now)}
    opened = {"state": State.OPEN, "sessions": {}, "tail_at": now, "moved_at": now}
    everything: dict[str, Any] = zeros | look | opened | attributes
    item = m(user_id=user_id, **everything)
    past_conflicts(lambda: item.save(condition=m.user_id.does_not_exist()))
    return to_queue(item)
