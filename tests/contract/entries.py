"""Entries, as the contract tests make them."""

from secrets import token_hex

from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Follows, Request
from tests.contract.users import LATER, NOW, User

KEY = IdempotencyKey("key", "fingerprint")


def new(user: User, enter_at: int = NOW, key: str | None = None, follows: Follows | None = None) -> Entry:
    """An entry as it is before it is written, with all that an entry may have."""
    return Entry(
        user.id,
        entry_id(enter_at, token_hex(8)),
        enter_at,
        "echo",
        '{"a":1}',
        NOW,
        max_attempts=2,
        on_failure="halt",
        not_before=LATER,
        key=key,
        follows=follows,
        kept_ms=3_600_000,
        call="id-of-a-call",
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def written(user: User, enter_at: int = NOW, key: IdempotencyKey | None = None) -> Entry:
    entry = new(user, enter_at, key.key if key else None)
    user.store.entries.write(entry, key)
    return entry


def place_for(user: User, entry: Entry) -> Request:
    """The request under a number that was taken for it."""
    queue = user.store.entries.take_number(user.id, NOW, create=False)
    return entry.request(queue.tail, NOW)
