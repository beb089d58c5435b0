"""The tables of accounts, sessions and services as PynamoDB models, bound like those of queues."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.models import VersionedItem


class AccountItem(VersionedItem):
    username = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    role = UnicodeAttribute()
    created_at = NumberAttribute()
    disabled = NumberAttribute(null=True)
    generation = NumberAttribute(null=True)  # none: 0
    link_hash = UnicodeAttribute(null=True)  # these two: of a sign-in link that was not used
    link_expires_at = NumberAttribute(null=True)


class SessionItem(VersionedItem):
    session_id = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    username = UnicodeAttribute()
    role = UnicodeAttribute()
    client = UnicodeAttribute()
    family_hash = UnicodeAttribute()
    refresh_hash = UnicodeAttribute()
    previous_hash = UnicodeAttribute(null=True)
    sealed = UnicodeAttribute(null=True)
    created_at = NumberAttribute()
    refreshed_at = NumberAttribute()
    refreshed_by = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()  # seconds: DynamoDB's time to live
    ends_at = NumberAttribute()
    wait_1 = NumberAttribute(null=True)  # until when a waiting call has this slot
    wait_2 = NumberAttribute(null=True)


class ServiceItem(VersionedItem):
    """A key of a service."""

    key_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    secret_hash = UnicodeAttribute()
    scopes = UnicodeAttribute()  # with a space between two
    created_at = NumberAttribute()
    created_by = UnicodeAttribute()
    key_expires_at = NumberAttribute(null=True)
    last_used_at = NumberAttribute(null=True)
    rate = UnicodeAttribute(null=True)
    burst = NumberAttribute(null=True)
    arrival = NumberAttribute(null=True)  # of its bucket, in microseconds


class TriesItem(Model):
    """Beside the sessions, because it expires like them.

    Without a format: it is counters that every update may create, and the newest of them are forgotten soon.
    """

    subject = UnicodeAttribute(hash_key=True, attr_name="session_id")
    tries = NumberAttribute()
    failed = NumberAttribute()
    last_at = NumberAttribute()
    known_until = NumberAttribute(null=True)  # seconds
    expires_at = NumberAttribute()  # seconds


class About(GlobalSecondaryIndex["AuditItem"]):
    """Entries by the user whom they are about. An entry is small: a query of it reads nothing else."""

    class Meta:
        index_name = "about"
        projection = AllProjection()

    subject_id = UnicodeAttribute(hash_key=True)
    entry_id = UnicodeAttribute(range_key=True)


class AuditItem(VersionedItem):
    month = UnicodeAttribute(hash_key=True)
    entry_id = UnicodeAttribute(range_key=True)
    at = NumberAttribute()
    actor = UnicodeAttribute()
    action = UnicodeAttribute()
    subject = UnicodeAttribute()
    actor_id = UnicodeAttribute(default="")
    subject_id = UnicodeAttribute(null=True)  # none: it is not in the index
    expires_at = NumberAttribute(null=True)  # seconds: DynamoDB's time to live; none: never

    about = About()
