"""Items of entries to records and back, and the write of one as part of a transaction."""

from typing import Any

from chalicelib.adapters.dynamodb.format import DURABLE, FORMAT, require_readable
from chalicelib.adapters.dynamodb.models import EntryItem
from chalicelib.adapters.dynamodb.records import whole
from chalicelib.adapters.dynamodb.shards import shard
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.request import Follows


def transaction_put(model: type[EntryItem], entry: Entry, shards: int) -> dict[str, Any]:
    """On condition that nothing is stored under its id."""
    item = model(
        user_id=entry.user_id,
        entry_id=entry.id,
        shard=shard(entry.user_id, shards),
        enter_at=entry.enter_at,
        type=entry.type,
        payload=entry.payload,
        created_at=entry.created_at,
        max_attempts=entry.max_attempts,
        on_failure=entry.on_failure,
        not_before=entry.not_before,
        key=entry.key,
        follows_user=entry.follows and entry.follows.user_id,
        follows_seq=entry.follows and entry.follows.seq,
        kept_ms=entry.kept_ms,
        call=entry.call,
        trace=entry.trace,
        callback=entry.callback,
        item_format=FORMAT if entry.callback is None else DURABLE,
    )
    return item.get_save_kwargs_from_instance(condition=model.user_id.does_not_exist())


def to_entry(item: EntryItem) -> Entry:
    """Raises NewerItemError."""
    require_readable(item.item_format)
    return Entry(
        user_id=item.user_id,
        id=item.entry_id,
        enter_at=int(item.enter_at),
        type=item.type,
        payload=item.payload or "",
        created_at=int(item.created_at),
        max_attempts=whole(item.max_attempts),
        on_failure=item.on_failure,
        not_before=whole(item.not_before),
        key=item.key,
        follows=Follows(item.follows_user, int(item.follows_seq)) if item.follows_user else None,
        kept_ms=whole(item.kept_ms),
        call=item.call,
        trace=item.trace,
        callback=item.callback,
    )
