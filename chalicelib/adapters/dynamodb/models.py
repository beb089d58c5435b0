"""The tables of queues as PynamoDB models. Names and endpoints are bound in tables.py."""

from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from chalicelib.adapters.dynamodb.format import FORMAT
from chalicelib.adapters.dynamodb.rows import Row


class VersionedItem(Row):
    """Whatever creates such an item stores its format with it, see format.py."""

    item_format = NumberAttribute(null=True, attr_name="v", default_for_new=FORMAT)


class Looks(GlobalSecondaryIndex["QueueItem"]):
    """Queues by the moment at which the sweeper looks at them, by shard."""

    class Meta:
        index_name = "looks"
        projection = KeysOnlyProjection()

    shard = UnicodeAttribute(hash_key=True)
    look_at = NumberAttribute(range_key=True)


class Working(GlobalSecondaryIndex["QueueItem"]):
    """Queues that 0.1.0 has marked as having work, by shard. Every write of a moment removes such a mark."""

    class Meta:
        index_name = "working"
        projection = KeysOnlyProjection()

    work = UnicodeAttribute(hash_key=True)


class Expiring(GlobalSecondaryIndex["QueueItem"]):
    """Open queues by the moment their last session expires, by shard."""

    class Meta:
        index_name = "expiring"
        projection = KeysOnlyProjection()

    open = UnicodeAttribute(hash_key=True)
    sessions_until = NumberAttribute(range_key=True)


class QueueItem(VersionedItem):
    """Stays under 1 KB, so that every write of it is one unit."""

    user_id = UnicodeAttribute(hash_key=True)
    tail = NumberAttribute()
    head = NumberAttribute()
    read = NumberAttribute()
    read_by = UnicodeAttribute(null=True)
    room = NumberAttribute()
    state = UnicodeAttribute()  # of "paused" and "held", records.py says what is stored
    held_kind = UnicodeAttribute(null=True)
    held_message = UnicodeAttribute(null=True)
    held_since = NumberAttribute(null=True)
    held_by = UnicodeAttribute(null=True)  # fingerprint of the code
    paused_by = UnicodeAttribute(null=True)
    awake = NumberAttribute(null=True)
    sessions: MapAttribute[str, int] = MapAttribute()
    succeeded = NumberAttribute()
    failed = NumberAttribute()
    cancelled = NumberAttribute()
    average_ms = NumberAttribute()
    tail_at = NumberAttribute()
    moved_at = NumberAttribute()
    purged = NumberAttribute()
    floor = NumberAttribute()
    generation = NumberAttribute(null=True)  # none: 0
    limit = NumberAttribute()
    username = UnicodeAttribute(default="")
    barred = NumberAttribute(null=True)
    leaving = NumberAttribute(null=True)
    shard = UnicodeAttribute(null=True)
    look_at = NumberAttribute(null=True)
    work = UnicodeAttribute(null=True)
    open = UnicodeAttribute(null=True)
    sessions_until = NumberAttribute(null=True)
    expired = NumberAttribute(null=True)  # none: 0
    owing = NumberAttribute(null=True)  # none: no callback is owed
    owed = NumberAttribute(null=True)  # none: there was never a callback
    calls = UnicodeAttribute(null=True)  # of these callbacks, see callbacks.py
    arrival = NumberAttribute(null=True)  # of the user's bucket, in microseconds
    paced: MapAttribute[str, int] = MapAttribute(null=True)  # by type of request
    departed = NumberAttribute(null=True)
    keyed = NumberAttribute(null=True)  # these three: see request_keys.py
    keyed_to = NumberAttribute(null=True)
    typed = NumberAttribute(null=True)

    looks = Looks()
    working = Working()
    expiring = Expiring()


class Unsuccessful(GlobalSecondaryIndex["RequestItem"]):
    """Requests that have ended otherwise than by success, by user and status, see request_keys.py."""

    class Meta:
        index_name = "unsuccessful"
        projection = IncludeProjection(["type"])

    unsuccessful = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True)
    type = UnicodeAttribute()


class Typed(GlobalSecondaryIndex["RequestItem"]):
    """All requests, by user and type, see request_keys.py. The parameter TypeIndex makes it."""

    class Meta:
        index_name = "typed"
        projection = KeysOnlyProjection()

    typed = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True)


class RequestItem(VersionedItem):
    user_id = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True)
    type = UnicodeAttribute()
    payload = UnicodeAttribute(null=True)  # none if it is apart
    payload_bytes = NumberAttribute(null=True)
    payload_until = NumberAttribute(null=True)  # seconds
    upload = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    enqueued_at = NumberAttribute()
    attempts = NumberAttribute()
    forgiven = NumberAttribute(null=True)
    # Not "unfit_since": release 0.1.0 fails a request that has that for 15 minutes.
    unfit_since = NumberAttribute(null=True, attr_name="untaken_since")
    overran = UnicodeAttribute(null=True)
    max_attempts = NumberAttribute(null=True)
    on_failure = UnicodeAttribute(null=True)
    origin = NumberAttribute(null=True)
    batch = NumberAttribute(null=True)
    key = UnicodeAttribute(null=True)
    begun_by = UnicodeAttribute(null=True)
    not_before = NumberAttribute(null=True)
    started_at = NumberAttribute(null=True)
    deadline = NumberAttribute(null=True)
    finished_at = NumberAttribute(null=True)
    result = UnicodeAttribute(null=True)
    result_bytes = NumberAttribute(null=True)  # of a result that is apart
    error_kind = UnicodeAttribute(null=True)
    error_message = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)  # seconds: DynamoDB's time to live
    stop_requested_at = NumberAttribute(null=True)
    stopped_by = UnicodeAttribute(null=True)
    start_before = NumberAttribute(null=True)
    slot = UnicodeAttribute(null=True)
    if_busy = UnicodeAttribute(null=True)
    slot_before = NumberAttribute(null=True)
    superseded_by = NumberAttribute(null=True)
    follows_user = UnicodeAttribute(null=True)  # these two: the request whose handler has enqueued it
    follows_seq = NumberAttribute(null=True)
    noted = NumberAttribute(null=True)  # 1 if it may have notes
    awaits = UnicodeAttribute(null=True)
    eventful = NumberAttribute(null=True)  # 1 if it may have events
    callback = UnicodeAttribute(null=True)
    paced_until = NumberAttribute(null=True)
    kept_ms = NumberAttribute(null=True)
    call = UnicodeAttribute(null=True)
    trace = UnicodeAttribute(null=True)
    unsuccessful = UnicodeAttribute(null=True)  # "failed ada"
    typed = UnicodeAttribute(null=True)  # "echo ada"

    by_status = Unsuccessful()
    by_type = Typed()


class TextItem(VersionedItem):
    """A large payload or result, beside the requests, because it is removed with them.

    Its number is negative, see texts.py: no list of requests reads it.
    """

    user_id = UnicodeAttribute(hash_key=True)
    place = NumberAttribute(range_key=True, attr_name="seq")
    text = UnicodeAttribute()
    expires_at = NumberAttribute()  # seconds


class KeyItem(VersionedItem):
    """An idempotency key and what was accepted under it."""

    user_id = UnicodeAttribute(hash_key=True)
    key = UnicodeAttribute(range_key=True)
    fingerprint = UnicodeAttribute()
    first = NumberAttribute()
    last = NumberAttribute()
    expires_at = NumberAttribute(null=True)  # seconds; none while the request has no outcome
    entry = UnicodeAttribute(null=True)  # the entry's id; until it has entered, first and last are 0


class SlotItem(VersionedItem):
    """A slot with requests in front of the head, beside the keys, because it is removed with them."""

    user_id = UnicodeAttribute(hash_key=True)
    # No idempotency key looks like it: see slots.py.
    place = UnicodeAttribute(range_key=True, attr_name="key")
    last = NumberAttribute()
    replaced = NumberAttribute(null=True)  # none: 0


class Due(GlobalSecondaryIndex["EntryItem"]):
    """Entries by the moment at which they enter, by shard."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    shard = UnicodeAttribute(hash_key=True)
    enter_at = NumberAttribute(range_key=True)


class EntryItem(VersionedItem):
    """A request that is not in its user's line yet."""

    user_id = UnicodeAttribute(hash_key=True)
    entry_id = UnicodeAttribute(range_key=True)
    shard = UnicodeAttribute()
    enter_at = NumberAttribute()
    type = UnicodeAttribute()
    payload = UnicodeAttribute(null=True)  # none where it was not read
    created_at = NumberAttribute()
    max_attempts = NumberAttribute(null=True)
    on_failure = UnicodeAttribute(null=True)
    not_before = NumberAttribute(null=True)
    key = UnicodeAttribute(null=True)
    follows_user = UnicodeAttribute(null=True)
    follows_seq = NumberAttribute(null=True)
    callback = UnicodeAttribute(null=True)
    kept_ms = NumberAttribute(null=True)
    call = UnicodeAttribute(null=True)
    trace = UnicodeAttribute(null=True)

    due = Due()
