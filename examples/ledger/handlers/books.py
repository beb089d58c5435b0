"""What the ledger stores: a balance for each account, and for each user the sum of what came in."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


class Balance(Model):
    user_id = UnicodeAttribute(hash_key=True)
    account = UnicodeAttribute(range_key=True)
    cents = NumberAttribute()


class Total(Model):
    user_id = UnicodeAttribute(hash_key=True)
    cents = NumberAttribute()
