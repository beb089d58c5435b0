"""The handler of the histories; it is deployed with the application, and counts each mark as an effect."""

import os
import time
from typing import Annotated

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.effects import Effects
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.handler import handler


class Counted(Model):
    class Meta:
        table_name = "histories-counted"
        region = os.environ.get("AWS_REGION", "us-east-1")

    user_id = UnicodeAttribute(hash_key=True)
    mark = UnicodeAttribute(range_key=True)
    times = NumberAttribute()


class Count(msgspec.Struct, forbid_unknown_fields=True):
    mark: str
    seconds: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0


@handler("count", timeout=3, max_attempts=100)
def count(payload: Count, request: HandlerRequest, effects: Effects) -> Count:
    time.sleep(payload.seconds)
    effects.update(Counted(request.user_id, payload.mark), [Counted.times.add(1)])
    return payload
