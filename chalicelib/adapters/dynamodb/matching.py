"""Requests of one status or type in a range of numbers: DynamoDB reads all, and sends those that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.dynamodb.paging import all_but_payload
from chalicelib.adapters.dynamodb.records import readable
from chalicelib.core.queueing.matching import Found
from chalicelib.core.queueing.request import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.adapters.dynamodb.models import RequestItem
    from chalicelib.core.queueing.matching import Match


def list_matching(
    model: type[RequestItem], user_id: str, after: int, last: int, *, limit: int, match: Match
) -> Found:
    """See `RequestStore.list_matching`: one query, which reads 1 MB of items at most, mostly much less."""
    fits: Any = model.status != Status.VOID if match.status is None else model.status == match.status
    if match.type is not None:
        fits &= model.type == match.type
    query = model.query(
        user_id,
        model.seq.between(after + 1, last),
        filter_condition=fits,
        consistent_read=True,
        attributes_to_get=all_but_payload(model),
        page_size=2 * limit if match.is_common else None,
    )
    page: Any = next(query.page_iter)
    items = [model.from_raw_data(item) for item in page["Items"]]
    return found_among(items, limit, at=end_of(page, last))


def found_among(items: Sequence[RequestItem], limit: int, at: int) -> Found:
    """At most `limit` of the items, up to the first one that a newer release has stored.

    `at`: all that fit, up to this number, are among the items.
    """
    found = readable(items)
    if len(found) > limit:
        return Found(found[:limit], found[limit - 1].seq)
    if len(found) < len(items):
        return Found(found, int(items[len(found)].seq) - 1)
    return Found(found, at)


def end_of(page: Any, last: int) -> int:
    """The number up to which DynamoDB has read for this page, of a range that ends with `last`."""
    more = page.get("LastEvaluatedKey")
    return int(more["seq"]["N"]) if more else last
