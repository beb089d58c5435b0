"""The handler of the histories: it counts each mark as an effect."""

import time
from typing import Annotated

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from gurukool import Effects, Request, handler


class Counted(Model):
    user_id = UnicodeAttribute(hash_key=True)
    mark = UnicodeAttribute(range_key=True)
    times = NumberAttribute()


class Count(msgspec.Struct, forbid_unknown_fields=True):
    mark: str
    seconds: Annotated[float, msgspec.Meta(ge=0, le=3)] = 0


@handler("count", timeout=3, max_attempts=100)
@handler("count_long", timeout=60, max_attempts=100)  # in the long lane
def count(payload: Count, request: Request, effects: Effects) -> Count:
    time.sleep(payload.seconds)
    counted = effects.table(Counted, "counted")
    effects.update(counted(request.user_id, payload.mark), [Counted.times.add(1)])
    return payload
