"""One page of a query, as DynamoDB has it: 1 MB of items at most."""

from collections.abc import Iterator
from typing import Any

from pynamodb.models import Model


def first_page[M: Model](
    model: type[M],
    hash_key: str,
    condition: Any,
    limit: int,
    wanted: list[str] | None = None,
    *,
    backwards: bool = False,
) -> Iterator[M]:
    """The items of the first page, read consistently; with `wanted`, only these attributes of theirs."""
    found = model.query(
        hash_key,
        condition,
        consistent_read=True,
        limit=limit,
        attributes_to_get=wanted,
        scan_index_forward=not backwards,
    )
    page: Any = next(found.page_iter)
    return (model.from_raw_data(item) for item in page["Items"])


def all_but_payload(model: type[Model]) -> list[str]:
    """The names to ask for. A payload that is part of its item is paid for all the same, but not sent."""
    names = [attribute.attr_name for attribute in model.get_attributes().values()]
    return [name for name in names if name != "payload"]
