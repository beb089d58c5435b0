"""What `Annotated` says of a payload or a result counts wherever the type is used."""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import pytest

from chalicelib.adapters.json.codec import decode
from chalicelib.adapters.runtime.runner import taken
from chalicelib.api.queueing.enqueue_body import Reader
from chalicelib.api.queueing.orders import Order
from chalicelib.core.errors import InvalidInputError
from chalicelib.core.queueing.application import Settings
from chalicelib.core.queueing.handler import Handler, declarations, handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Request, Status
from chalicelib.handlers.inventory import declared
from chalicelib.handlers.rebuild import rebuilt

Pieces = Annotated[int, msgspec.Meta(ge=1)]
type Words = Iterator[Annotated[str, msgspec.Meta(max_length=9)]]


@handler("bare")
def bare(payload: Pieces) -> Pieces:
    return payload


@handler("nested")
def nested(payload: dict[str, list[Annotated[int, msgspec.Meta(ge=1)]]]) -> list[Pieces]:
    return payload["a"]


@handler("words")
def words(payload: Pieces) -> Annotated[Words, "of a sentence"]:
    yield from ["word"] * payload


WRONG = [
    (bare, "0", "payload must be a whole number of at least 1."),
    (nested, '{"a": [1, 0]}', "payload.a[1] must be a whole number of at least 1."),
]


def of(function: Any) -> Handler:
    [found] = declarations(function)
    return found


@pytest.mark.parametrize(("function", "payload", "says"), WRONG)
def test_a_payload_beyond_the_limits_is_refused_when_it_is_sent(
    function: Any, payload: str, says: str
) -> None:
    reader = Reader(Registry.of(function), Settings(), 0, require_callback=print)

    with pytest.raises(InvalidInputError) as refused:
        reader.works(Order(of(function).type, payload=msgspec.Raw(payload.encode())))

    assert str(refused.value) == says


@pytest.mark.parametrize(("function", "payload", "says"), WRONG)
def test_the_api_of_an_application_refuses_it_by_the_manifest(function: Any, payload: str, says: str) -> None:
    told = declared(of(function)).payload
    assert told

    with pytest.raises(InvalidInputError) as refused:
        decode(payload, rebuilt(told), under="payload")

    assert str(refused.value) == says


@pytest.mark.parametrize(("function", "payload", "says"), WRONG)
def test_a_worker_does_not_run_it(function: Any, payload: str, says: str) -> None:
    request = Request("user", 1, of(function).type, payload, Status.RUNNING, enqueued_at=0, attempts=1)

    assert taken(of(function), request) == Failure("invalid_payload", says)


def test_the_schemas_have_the_limits() -> None:
    shown = {function.__name__: declared(of(function)).schemas for function in (bare, nested, words)}

    pieces = {"type": "integer", "minimum": 1}
    assert (shown["bare"]["payload"][0], shown["bare"]["result"][0]) == (pieces, pieces)
    assert shown["nested"]["payload"][0]["additionalProperties"]["items"] == pieces
    assert shown["nested"]["result"][0]["items"] == pieces
    assert shown["words"]["result"][0] == {"type": "array", "items": {"type": "string", "maxLength": 9}}
