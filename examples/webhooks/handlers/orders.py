"""An order and what becomes of it. Whoever changes it tells others by a request of type `http` behind it."""

from enum import StrEnum

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from gurukool import Effects, PermanentError, Request, handler


class State(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"


FOLLOWING = {State.PLACED: State.PAID, State.PAID: State.SHIPPED}


class Order(Model):
    user_id = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    item = UnicodeAttribute()
    state = UnicodeAttribute()


class Place(msgspec.Struct, forbid_unknown_fields=True):
    number: int
    item: str


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    number: int
    state: State


class Standing(msgspec.Struct):
    number: int
    state: State


@handler("order.place")
def place(payload: Place, request: Request, effects: Effects) -> Standing:
    orders = effects.table(Order, "orders")
    order = orders(request.user_id, payload.number, item=payload.item, state=State.PLACED)
    effects.save(order, orders.user_id.does_not_exist())
    return Standing(payload.number, State.PLACED)


@handler("order.advance")
def advance(payload: Advance, request: Request, effects: Effects) -> Standing:
    """To the next state, and to no other."""
    orders = effects.table(Order, "orders")
    try:
        order = orders.get(request.user_id, payload.number, consistent_read=True)
    except orders.DoesNotExist:
        raise PermanentError(f"There is no order {payload.number}.") from None
    if FOLLOWING.get(State(order.state)) is not payload.state:
        raise PermanentError(f"Order {payload.number} is {order.state}: it cannot be {payload.state} next.")
    effects.update(order, [orders.state.set(payload.state)], orders.state == order.state)
    return Standing(payload.number, payload.state)
