"""The description of the API, for its OpenAPI document."""

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib.api import permissions
from chalicelib.api.description.codes import CODES
from chalicelib.api.description.examples import EXAMPLES
from chalicelib.api.description.texts import API, HEADERS, OPERATIONS, PARAMETERS, SCHEMAS, TAGS
from chalicelib.api.queueing.orders import Order
from chalicelib.api.queueing.request_views import RequestAnswer, RequestDetailAnswer
from chalicelib.api.queueing.scheduled_body import ScheduledOrder
from chalicelib.handlers.inventory import Documented
from chalicelib.version import VERSION
from chalicelib.web.description import Description, Kind, Variants

INFO = {
    "title": "Gurukool",
    "version": VERSION,
    "description": API,
    "contact": {"name": "The operator of this service"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
# The names of these classes mean something else in the languages that clients are generated in.
NAMES = {
    "ErrorAnswer": "Failure",
    "RequestAnswer": "QueueRequest",
    "RequestDetailAnswer": "QueueRequestDetail",
}


def description(handlers: Iterable[Documented], issuer: str = "") -> Description:
    """The types of payloads and results are those of the handlers. `issuer`: of an identity provider."""
    return Description(
        info=INFO,
        tags=TAGS,
        operations=OPERATIONS,
        parameters=PARAMETERS,
        headers=HEADERS,
        schemas=SCHEMAS,
        examples=EXAMPLES,
        codes=CODES,
        schemes=schemes(issuer),
        own=permissions.OWN,
        names=NAMES,
        variants=variants(list(handlers)),
    )


def schemes(issuer: str) -> dict[str, Any]:
    if not issuer:
        return {}
    address = f"{issuer.removesuffix('/')}/.well-known/openid-configuration"
    text = "A token of the identity provider, for the audience that the operator has set"
    return {"openIdConnect": {"type": "openIdConnect", "openIdConnectUrl": address, "description": text}}


def variants(known: Sequence[Documented]) -> list[Variants]:
    """How the type of a request determines the rest of it.

    A request is answered with its type even if the type's handler was removed since.
    """
    payload = Kind("Payload", {handler.type: handler.payload for handler in known})
    results = {handler.type: handler.result for handler in known}
    result = Kind("Result", results, null="Null unless the request has succeeded")
    texts = {handler.type: handler.text for handler in known}
    return [
        Variants(Order, "Order", {"payload": payload}, is_open=False, texts=texts),
        Variants(ScheduledOrder, "ScheduledOrder", {"payload": payload}, is_open=False, texts=texts),
        Variants(RequestAnswer, "Request", {"result": result}, is_open=True),
        Variants(RequestDetailAnswer, "RequestDetail", {"result": result, "payload": payload}, is_open=True),
    ]
