"""Which URLs a request may name as its callback. Without what a call needs: the API checks them."""

from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.webhooks.allowed_hosts import AllowedHosts, NotAllowedError
from chalicelib.webhooks.urls import Url, UrlError

OFF = "is not possible: the operator has allowed no host for callbacks (parameter CallbackHosts)"
REFUSED = "The outcome cannot be pushed to this URL."


def require_allowed(url: str, hosts: AllowedHosts, path: str) -> None:
    """Raises InvalidInputError. `path` is the field's."""
    if not hosts.entries:
        raise InvalidInputError(REFUSED, (FieldError(path, OFF),), code="callbacks_off")
    try:
        hosts.networks_of(Url.parse(url).origin)
    except UrlError as error:
        raise InvalidInputError.listing(FieldError(path, str(error))) from None
    except NotAllowedError as error:
        raise InvalidInputError(REFUSED, (FieldError(path, str(error)),), code="host_not_allowed") from None
