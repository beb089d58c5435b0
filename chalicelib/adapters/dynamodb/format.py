"""The version of stored items, so that no release misreads what a newer one has written.

Each item says in its attribute `v` which format it has; an item without it, of release 0.1.0, has format 1.
FORMAT grows only when an older release would misread an item: not for a new attribute that older releases may
ignore. docs/deploy.md has the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import NewerItemError

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

FORMAT = 1
APART = 2  # of a request whose payload or result is an item of its own; all others still have FORMAT
DURABLE = 3  # of a request that uses what durable handlers need
UPLOADED = 4  # of a request whose payload was uploaded to a bucket
NEWEST = UPLOADED  # that this release reads


def require_readable(version: float | None) -> None:
    """`version` is an item's attribute `v`. Raises NewerItemError if this release cannot read it."""
    if version is not None and version > NEWEST:
        raise NewerItemError


def is_readable(attribute: Any) -> Condition:
    """The same as a condition, for writes that do not read first; `attribute` is the model's `item_format`.

    Whoever finds that a condition does not hold reads the item, and then raises NewerItemError.
    """
    readable: Condition = attribute.does_not_exist() | (attribute <= NEWEST)
    return readable
