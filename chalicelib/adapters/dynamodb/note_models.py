"""The notes of running handlers as a PynamoDB model."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.adapters.dynamodb.models import VersionedItem


class NoteItem(VersionedItem):
    """A note of a running handler, beside the idempotency keys, because it is removed with them.

    Its place begins with a space, see notes.py: no idempotency key does.
    """

    user_id = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True, attr_name="key")
    text = UnicodeAttribute()
    expires_at = NumberAttribute()  # seconds
