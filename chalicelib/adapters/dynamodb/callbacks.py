"""The callback cursor in the queue item: `owing` and `owed`, which the drain moves, and `calls`, the rest."""

import json
from dataclasses import replace
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.format import is_readable
from chalicelib.adapters.dynamodb.models import QueueItem
from chalicelib.adapters.dynamodb.notes import note_item
from chalicelib.adapters.dynamodb.queue_items import QueueItems, has
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.dynamodb.transaction import commit
from chalicelib.core.queueing.callback_cursor import NOTHING_OWED, CallbackCursor, Owed
from chalicelib.core.queueing.looks import first_look, rests_beyond
from chalicelib.core.queueing.notes import Note
from chalicelib.core.queueing.queue import Queue


class DynamoCallbacks:
    """The port `CallbackStore`."""

    def __init__(self, tables: Tables) -> None:
        self._items = QueueItems(tables)
        self._model = tables.queues
        self._notes = tables.notes
        self._connection = tables.connection

    def move(self, queue: Queue, cursor: CallbackCursor, given_up: Note | None = None) -> Queue:
        m, seen = self._model, to_text(queue.callbacks)
        actions: list[Action] = [m.calls.set(to_text(cursor))]
        same: Any = m.tail.exists() & (m.calls == seen if seen else m.calls.does_not_exist())
        if cursor.first is None:
            actions.append(m.owing.remove())
            same &= m.owed == queue.callbacks.last
        else:
            actions += [m.owing.set(cursor.first), *self._look(queue, cursor)]
            if not queue.callbacks.is_owed:  # so that the sweeper may have put the queue off since
                same &= has(m.look_at, queue.look_at)
        if given_up is None:
            return self._items.update(queue.user_id, actions, same)
        update = m(queue.user_id).get_update_kwargs_from_instance(
            actions=actions, condition=same & is_readable(m.item_format)
        )
        put = note_item(self._notes, queue.user_id, given_up).get_save_kwargs_from_instance()
        commit(self._connection, [{"Update": update}, {"Put": put}])
        return self._after(queue, cursor)

    def _after(self, queue: Queue, cursor: CallbackCursor) -> Queue:
        """Whoever takes over what a replay has stored since goes past it; so it is left to the next write,
        which is refused, to find that.
        """
        found = self._items.get(queue.user_id)
        if found and found.callbacks.token == cursor.token:
            return found
        return replace(queue, callbacks=cursor._replace(last=queue.callbacks.last))

    def _look(self, queue: Queue, cursor: CallbackCursor) -> list[Action]:
        """Whatever has become of the moment that the queue was read with, it has one afterwards."""
        mark = self._items.remarked if rests_beyond(queue, cursor) else self._items.marked
        return mark(queue.user_id, first_look(cursor.next_at))


def owing(model: type[QueueItem], owed: Owed) -> list[Action]:
    """That these callbacks are owed from now on, as part of the write that moves the head past them."""
    return [model.owing.set(model.owing | owed.first), model.owed.set(owed.last)]


def to_text(cursor: CallbackCursor) -> str:
    """All but `first` and `last`; "" before anybody has moved the cursor. A short text: the item is small.

    >>> to_text(CallbackCursor(7, 9, "a1b2c3", tries=2, next_at=1_764_399_600_000, status=503))
    '["a1b2c3",2,1764399600,null,0,503,0]'
    """
    if not cursor.token:
        return ""
    since = cursor.failing_since and cursor.failing_since // 1000
    values = (
        *(cursor.token, cursor.tries, cursor.next_at // 1000, since, cursor.failing_host, cursor.status),
        int(cursor.replayed),
    )
    return json.dumps(values, separators=(",", ":"))


def to_cursor(item: QueueItem) -> CallbackCursor:
    """The cursor of a queue that has had callbacks."""
    cursor = NOTHING_OWED._replace(
        first=None if item.owing is None else int(item.owing), last=int(item.owed or 0)
    )
    if item.calls is None:
        return cursor
    token, tries, next_at, since, host, status, replayed = json.loads(item.calls)
    return cursor._replace(
        token=token,
        tries=tries,
        next_at=next_at * 1000,
        failing_since=since and since * 1000,
        failing_host=host,
        status=status,
        replayed=bool(replayed),
    )
