"""Requests of one status or type, found by an index: what is not shown is not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynamodb.exceptions import QueryError

from chalicelib.adapters.dynamodb.batches import get_all
from chalicelib.adapters.dynamodb.errors import INVALID
from chalicelib.adapters.dynamodb.matching import end_of, found_among, list_matching
from chalicelib.adapters.dynamodb.paging import all_but_payload
from chalicelib.adapters.dynamodb.request_keys import status_key, type_key
from chalicelib.core.queueing.matching import Found
from chalicelib.core.queueing.request import UNSUCCESSFUL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.adapters.dynamodb.tables import Tables
    from chalicelib.core.queueing.matching import Match

# A query reads several small items for the price of one item of BatchGetItem. So the whole range is queried
# if it has at most this many numbers for each request that is wanted.
CLOSE = 2
MISSING = (INVALID, "ResourceNotFoundException")


def list_indexed(tables: Tables, user_id: str, after: int, last: int, *, limit: int, match: Match) -> Found:
    """See `RequestStore.list_indexed`: a query of the index, then one call for what it has found.

    If there is no such index, this is `list_matching`. So it is while a deployment makes or removes it.
    """
    page = _page(_query(tables, user_id, after, last, limit=limit, match=match))
    if page is None:
        return list_matching(tables.requests, user_id, after, last, limit=limit, match=match)
    numbers = [int(item["seq"]["N"]) for item in page["Items"]]
    at = end_of(page, last)
    if len(numbers) > limit:
        numbers, at = numbers[:limit], numbers[limit - 1]
    return _read(tables, user_id, numbers, at, match=match) if numbers else Found([], at)


def _query(tables: Tables, user_id: str, after: int, last: int, *, limit: int, match: Match) -> Any:
    """Of the index; None if there is none. That of statuses has the types too, that of types no status."""
    m: Any = tables.requests
    numbers = m.seq.between(after + 1, last)
    if match.status in UNSUCCESSFUL:
        key = status_key(user_id, match.status)
        if match.type is None:
            return m.by_status.query(key, numbers, page_size=limit)
        return m.by_status.query(key, numbers, m.type == match.type)
    if match.type is None or not tables.has_type_index:
        return None
    return m.by_type.query(type_key(user_id, match.type), numbers, page_size=limit)


def _page(query: Any) -> Any:
    """The first page, as DynamoDB has sent it; None if DynamoDB has no such index, or is still filling it."""
    if query is None:
        return None
    try:
        return next(query.page_iter)
    except QueryError as error:
        if error.cause_response_code in MISSING and "index" in (error.cause_response_message or ""):
            return None
        raise


def _read(tables: Tables, user_id: str, numbers: Sequence[int], at: int, *, match: Match) -> Found:
    """The requests with these numbers that fit, as they are stored now. Some may have expired."""
    model, first, last = tables.requests, numbers[0], numbers[-1]
    if last - first < CLOSE * len(numbers):
        found = list_matching(model, user_id, first - 1, last, limit=len(numbers), match=match)
        return found if found.at < last else Found(found.requests, at)
    wanted = [(user_id, number) for number in numbers]
    read = get_all(tables.connection, model, wanted, all_but_payload(model))
    items = sorted(read, key=lambda item: item.seq)
    found = found_among(items, len(items), at)
    return Found([request for request in found.requests if match.fits(request)], found.at)
