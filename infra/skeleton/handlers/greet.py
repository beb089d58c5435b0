"""Greets people, and counts how often each of them was greeted."""

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from gurukool import Effects, Request, handler


class Visit(Model):
    name = UnicodeAttribute(hash_key=True)
    times = NumberAttribute()


class Greeting(msgspec.Struct, forbid_unknown_fields=True):
    name: str


@handler("greet", timeout=5, max_attempts=3)
def greet(payload: Greeting, request: Request, effects: Effects) -> str:
    """Greet somebody."""
    visits = effects.table(Visit, "visits")
    effects.update(visits(payload.name), [Visit.times.add(1)])
    return f"{request.settings['greeting']}, {payload.name}"
