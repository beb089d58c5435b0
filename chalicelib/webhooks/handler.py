"""The handler `http`: deliver the payload to a URL, in order. See docs/webhooks.md.

Of this package, others import this module, and `deliverer` only for the first delivery: it needs urllib3.
"""

from collections.abc import Callable

from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.handler import HandlerFunction, handler
from chalicelib.webhooks.allowed_hosts import AllowedHosts, NotAllowedError
from chalicelib.webhooks.delivery import Delivery, Receipt
from chalicelib.webhooks.urls import Url

type Deliver = Callable[[Delivery, HandlerRequest], Receipt]
"""Carry out one attempt of a delivery. Raises HandlerError."""


def http_handler(
    allowed_hosts: Callable[[], AllowedHosts], deliver: Callable[[], Deliver]
) -> HandlerFunction:
    """The function that carries out requests of type `http`, with its declaration.

    What the deployment provides is asked for when it is needed: `allowed_hosts` by the API for each request
    of type `http`, `deliver` by the worker for each delivery. The worker checks the host again, since the
    operator may have changed the list.
    """

    def require_allowed(payload: Delivery) -> None:
        """Raises InvalidInputError."""
        try:
            allowed_hosts().networks_of(Url.parse(payload.url).origin)
        except NotAllowedError as error:
            fields = (FieldError("payload.url", str(error)),)
            raise InvalidInputError(
                "The payload cannot be delivered.", fields, code="host_not_allowed"
            ) from None

    @handler("http", timeout=15, max_attempts=10, check=require_allowed)
    def http(payload: Delivery, request: HandlerRequest) -> Receipt:
        return deliver()(payload, request)

    return http
