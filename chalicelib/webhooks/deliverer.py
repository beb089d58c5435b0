"""Deliver a request's payload to the address that it names."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.client import HTTPException
from ssl import SSLCertVerificationError, SSLContext, create_default_context

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.core.errors import UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.policy import HandlerError, PermanentError
from chalicelib.webhooks import signing
from chalicelib.webhooks.addresses import Resolve, permitted, resolve
from chalicelib.webhooks.allowed_hosts import AllowedHosts, NotAllowedError
from chalicelib.webhooks.answers import receipt
from chalicelib.webhooks.delivery import Delivery, Receipt
from chalicelib.webhooks.exchange import Answer, Message, exchange
from chalicelib.webhooks.urls import Url, UrlError
from chalicelib.webhooks.wire import Deadline, Wire, connect, secure

DELIVERY_S = 10.0  # for all of it: names, connections, redirects, answers
RESOLVE_S = 3.0
MAX_REDIRECTS = 3
# Only these say that the same message goes to another place; the others would make it a GET or are ambiguous.
REDIRECTS = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})


@cache
def system_trust() -> SSLContext:
    return create_default_context()


@dataclass(frozen=True, slots=True)
class Deliverer:
    allowed: AllowedHosts
    keys: Callable[[], Keys]
    resolve: Resolve = resolve
    trust: Callable[[], SSLContext] = system_trust
    now: Callable[[], float] = time.time
    seconds: float = DELIVERY_S

    def __call__(self, delivery: Delivery, request: HandlerRequest) -> Receipt:
        """Raises HandlerError. What it says shows no address; the reason is in the logs."""
        try:
            return self._deliver(delivery, request)
        except NotAllowedError as error:
            raise PermanentError(str(error)) from None
        except UnavailableError as error:
            raise HandlerError(str(error)) from error
        except (OSError, HTTPException) as error:
            _tell(request, error)
            raise HandlerError(_sentence(error)) from error

    def _deliver(self, delivery: Delivery, request: HandlerRequest) -> Receipt:
        first = url = Url.parse(delivery.url)
        deadline = Deadline(self.seconds)
        for _ in range(1 + MAX_REDIRECTS):
            headers = delivery.headers if url.origin == first.origin else {}
            answer = self._send(url, self._message(url, delivery, headers, request), deadline)
            if answer.status not in REDIRECTS:
                return receipt(answer, self.now())
            url = _redirected(url, answer)
        raise PermanentError(f"The receiver redirects more than {MAX_REDIRECTS} times.")

    def _message(
        self, url: Url, delivery: Delivery, chosen: Mapping[str, str], request: HandlerRequest
    ) -> Message:
        body = bytes(delivery.body)
        framing = {"Content-Length": str(len(body))} if body or delivery.method != "GET" else {}
        content = {"Content-Type": "application/json"} if body else {}
        signature = signing.headers(
            request, delivery.method, url, body, keys=self.keys(), now=int(self.now())
        )
        headers = _merged({"User-Agent": "Gurukool", **content}, chosen) | signature | framing
        fixed = {"Host": url.origin.authority, "Accept-Encoding": "identity", "Connection": "close"}
        return Message(delivery.method, url.resource, fixed | headers, body)

    def _send(self, url: Url, message: Message, deadline: Deadline) -> Answer:
        """The name is looked up once, and what was checked is what is connected to."""
        origin = url.origin
        networks = self.allowed.networks(origin)
        addresses = permitted(self.resolve(origin.host, deadline.left(RESOLVE_S)), networks)
        with connect(addresses, origin.port, deadline) as plain:
            if origin.scheme == "http":
                return exchange(Wire(plain, deadline), message)
            with secure(plain, origin.host, self.trust(), deadline) as connection:
                return exchange(Wire(connection, deadline), message)


def _redirected(url: Url, answer: Answer) -> Url:
    try:
        return url.join(answer.headers.get("Location", ""))
    except UrlError:
        raise PermanentError("The receiver redirects to an invalid web address.") from None


def _merged(defaults: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    names = {name.lower() for name in chosen}
    return {name: value for name, value in defaults.items() if name.lower() not in names} | dict(chosen)


def _sentence(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "The receiver did not answer in time."
    if isinstance(error, SSLCertVerificationError):
        return f"The receiver's certificate was refused: {error.verify_message}."
    return "The receiver could not be reached, or broke the connection off."


def _tell(request: HandlerRequest, error: Exception) -> None:
    log_event(
        "delivery failed",
        level=logging.WARNING,
        user=request.user_id,
        seq=request.seq,
        reason=f"{type(error).__name__}: {error}",
    )
