"""Deliver a request's payload to the URL that it names."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from ssl import SSLCertVerificationError, SSLContext, create_default_context

from chalicelib.adapters.security.secret_keys import Keys
from chalicelib.core.errors import UnavailableError
from chalicelib.core.exchanges import Exchange, Recording, unrecorded
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.context import HandlerRequest
from chalicelib.core.queueing.policy import HandlerError, PermanentError
from chalicelib.webhooks import signing
from chalicelib.webhooks.addresses import Resolve, permitted, resolve
from chalicelib.webhooks.allowed_hosts import AllowedHosts, NotAllowedError
from chalicelib.webhooks.answers import to_receipt
from chalicelib.webhooks.deadline import Deadline
from chalicelib.webhooks.delivery import Delivery, Receipt
from chalicelib.webhooks.transport import Answer, Message, Transport
from chalicelib.webhooks.urls import Url, UrlError

DELIVERY_S = 10.0  # for one attempt: names, connections, redirects, answers
RESOLVE_S = 3.0
MAX_REDIRECTS = 3
# Only these say that the same message goes to another place; the others would make it a GET or are ambiguous.
REDIRECTS = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})


@cache
def system_trust() -> SSLContext:
    """TLS with the certificate authorities of the system."""
    return create_default_context()


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Carries out one attempt of a delivery: signs it, sends it, follows redirects, and judges the answer.

    Every server that a message goes to must be among the allowed hosts, at an address that is permitted.
    """

    allowed: AllowedHosts
    keys: Callable[[], Keys]
    resolve: Resolve = resolve
    trust: Callable[[], SSLContext] = system_trust
    now: Callable[[], float] = time.time
    seconds: float = DELIVERY_S
    recording: Recording = unrecorded  # of each request to a receiver

    def __call__(self, delivery: Delivery, request: HandlerRequest) -> Receipt:
        """The receiver's answer, if it is a success.

        Raises HandlerError, whose message is for the user and shows no address; the log has the reason.
        """
        try:
            return self._deliver(delivery, request)
        except NotAllowedError as error:
            raise PermanentError(str(error)) from None
        except UnavailableError as error:
            raise HandlerError(str(error)) from error
        except OSError as error:
            # User, number, type and attempt are in every line that is logged while a handler runs.
            log_event("delivery failed", level=logging.WARNING, reason=f"{type(error).__name__}: {error}")
            raise HandlerError(_message_for(error)) from error

    def _deliver(self, delivery: Delivery, request: HandlerRequest) -> Receipt:
        first = url = Url.parse(delivery.url)
        self.keys()  # if they have to be read first, the receiver has all of its time still
        deadline = Deadline(self.seconds)
        for redirects in range(1 + MAX_REDIRECTS):
            headers = delivery.headers if url.origin == first.origin else {}
            about = (request.user_id, request.seq, request.type, request.attempts)
            exchange = exchange_with(url, delivery.method, about, request.traceparent, redirects)
            with self.recording(exchange):
                message = self._message(url, delivery, headers, request, exchange.traceparent)
                answer = self.send(url, message, deadline)
                exchange.status = answer.status
            if answer.status not in REDIRECTS:
                return to_receipt(answer, self.now())
            url = _redirected(url, answer)
        raise PermanentError(f"The receiver redirects more than {MAX_REDIRECTS} times.")

    def _message(
        self,
        url: Url,
        delivery: Delivery,
        chosen: Mapping[str, str],
        request: HandlerRequest,
        traceparent: str | None,
    ) -> Message:
        """`chosen`: the headers that the user has chosen; they replace the defaults, and nothing else."""
        body = bytes(delivery.body)
        content = {"Content-Type": "application/json"} if body else {}
        signed = signing.headers(request, delivery.method, url, body, keys=self.keys(), now=int(self.now()))
        own = {"User-Agent": "Gurukool", **content, **trace_header(traceparent)}
        headers = fixed_headers(url) | _merged(own, chosen) | signed
        return Message(delivery.method, url.resource, headers, body)

    def send(self, url: Url, message: Message, deadline: Deadline) -> Answer:
        """The name is resolved once, and the connection goes to an address that was checked.

        Raises NotAllowedError, OSError.
        """
        networks = self.allowed.networks_of(url.origin)
        addresses = permitted(self.resolve(url.origin.host, deadline.left(RESOLVE_S)), networks)
        return Transport(url.origin, addresses, self.trust).send(message, deadline)


def fixed_headers(url: Url) -> dict[str, str]:
    """Those that nobody can choose."""
    return {"Host": url.origin.authority, "Accept-Encoding": "identity", "Connection": "close"}


def trace_header(traceparent: str | None) -> dict[str, str]:
    """With it, what the receiver does belongs to the trace of the request."""
    return {"traceparent": traceparent} if traceparent else {}


def exchange_with(
    url: Url, method: str, about: tuple[str, int, str, int], traceparent: str | None, redirects: int = 0
) -> Exchange:
    """`about`: user, number and type of a request, and which attempt it is."""
    origin, named = url.origin, dict(zip(("user", "seq", "type", "attempt"), about, strict=True))
    return Exchange(method, origin.scheme, origin.host, origin.port, named, traceparent, redirects)


def _redirected(url: Url, answer: Answer) -> Url:
    try:
        return url.join(answer.headers.get("Location", ""))
    except UrlError:
        raise PermanentError("The receiver redirects to an invalid web address.") from None


def _merged(defaults: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    names = {name.lower() for name in chosen}
    return {name: value for name, value in defaults.items() if name.lower() not in names} | dict(chosen)


def _message_for(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "The receiver did not answer in time."
    if isinstance(error, SSLCertVerificationError):
        return f"The receiver's certificate was refused: {error.verify_message}."
    return "The receiver could not be reached, or broke the connection off."
