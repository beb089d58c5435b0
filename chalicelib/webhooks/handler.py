"""Deliver the payload to a URL: webhooks, in order. See docs/webhooks.md."""

from chalicelib import wiring
from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.handler import handler
from chalicelib.webhooks.allowed_hosts import NotAllowedError
from chalicelib.webhooks.delivery import Delivery, Receipt
from chalicelib.webhooks.urls import Url


def allowed(payload: Delivery) -> None:
    """Raises InvalidInputError. The worker looks again, since the operator may have changed his mind."""
    try:
        wiring.settings().allowed_hosts.networks(Url.parse(payload.url).origin)
    except NotAllowedError as error:
        fields = (FieldError("payload.url", str(error)),)
        raise InvalidInputError("The payload cannot be delivered.", fields, code="host_not_allowed") from None


@handler("http", timeout=15, max_attempts=10, check=allowed)
def http(payload: Delivery, request: HandlerRequest) -> Receipt:
    return wiring.deliverer()(payload, request)
