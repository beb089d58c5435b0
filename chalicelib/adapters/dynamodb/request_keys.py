"""The keys under which the indexes of requests find them, and from which number on requests carry them.

The index `unsuccessful` has every request that ended otherwise than by success. The write of the outcome sets
its key, which costs one unit. Requests that wait, run or have succeeded are found in their range of numbers,
see matching.py.

The index `typed` has all requests by type, at one unit for each. It exists if the parameter TypeIndex is on.

A request that an earlier release has ended carries no key. So the queue item says above which number the
index can be relied on (`keyed`): the last one that was given out before the first one by a release with the
index. Each write of the head notes the new head (`keyed_to`). If the head differs from that, an earlier
release has moved it, after a roll-back: then the index counts from the next number on. A worker that steps
over a request which an earlier release has ended, during a deployment, gives it its key: see
`Request.unkeyed`.

The queue item's `typed` is the last number that was given out before TypeIndex was switched on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.request import UNSUCCESSFUL, Request, Status

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action

    from chalicelib.adapters.dynamodb.models import QueueItem, RequestItem
    from chalicelib.adapters.dynamodb.tables import Tables
    from chalicelib.core.queueing.queue import Queue


def status_key(user_id: str, status: Status) -> str:
    """No status has a space, so that no two users share a key.

    >>> from chalicelib.core.queueing.request import Status
    >>> status_key("ada", Status.FAILED)
    'failed ada'
    """
    return f"{status} {user_id}"


def type_key(user_id: str, type_: str) -> str:
    """No type has a space."""
    return f"{type_} {user_id}"


def key_of_new(tables: Tables, request: Request) -> dict[str, Any]:
    """The attribute that a request carries from the beginning."""
    return {"typed": type_key(request.user_id, request.type)} if tables.has_type_index else {}


def keys_of_ended(tables: Tables, ended: Request) -> list[Action]:
    """Sets the keys of a request with an outcome. One that it carries already costs no further unit."""
    if ended.status is Status.VOID:
        return []
    m: type[RequestItem] = tables.requests
    actions: list[Action] = []
    if ended.status in UNSUCCESSFUL:
        actions.append(m.unsuccessful.set(status_key(ended.user_id, ended.status)))
    if tables.has_type_index:
        actions.append(m.typed.set(type_key(ended.user_id, ended.type)))
    return actions


def is_unkeyed(item: RequestItem) -> bool:
    return item.status in UNSUCCESSFUL and item.unsuccessful is None


def note_head(m: type[QueueItem], queue: Queue, head: int) -> list[Action]:
    """Part of each write that moves the head of `queue`."""
    return [m.keyed.set(queue.keyed_above), m.keyed_to.set(head)]


def note_numbers(tables: Tables) -> list[Action]:
    """Part of each write that gives out numbers. Without the index of types, requests carry no key for it."""
    m: type[QueueItem] = tables.queues
    typed = m.typed.set(m.typed | m.tail) if tables.has_type_index else m.typed.remove()
    return [m.keyed.set(m.keyed | m.tail), typed]


def marks_of_new(tables: Tables) -> dict[str, int]:
    """The attributes that those writes would have set, of a queue that is stored with its first number."""
    return dict.fromkeys(("keyed", "typed") if tables.has_type_index else ("keyed",), 0)


def keyed_above(item: QueueItem) -> int:
    """See `Queue.keyed_above`."""
    is_known = item.keyed is not None and (item.head <= item.keyed or item.head == item.keyed_to)
    return int(item.keyed if is_known else item.tail)


def typed_above(item: QueueItem) -> int | None:
    """See `Queue.typed_above`."""
    return None if item.typed is None else max(int(item.typed), keyed_above(item))
