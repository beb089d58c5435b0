"""Push an outcome to the URL that its request names: once, signed, without following redirects."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.callback_calls import Answer
from chalicelib.core.queueing.request import Request
from chalicelib.webhooks import signing
from chalicelib.webhooks.allowed_hosts import NotAllowedError
from chalicelib.webhooks.deadline import Deadline
from chalicelib.webhooks.deliverer import Deliverer, exchange_with, fixed_headers, trace_header
from chalicelib.webhooks.transport import Message
from chalicelib.webhooks.urls import Url


@dataclass(frozen=True, slots=True)
class OutcomePusher:
    """Makes one call for an outcome that has a callback.

    All of the safety of the http handler applies, and its secrets: `deliverer` has the hosts that callbacks
    may call.
    """

    deliverer: Deliverer
    body: Callable[[Request], bytes]  # what is pushed: JSON

    def __call__(self, outcome: Request, attempt: int) -> Answer:
        """What the receiver has answered. Raises nothing: others must not wait for what goes wrong.

        `attempt`: 1 for the first call for this outcome.
        """
        try:
            return self._push(outcome, Url.parse(outcome.callback or ""), attempt)
        except (NotAllowedError, UnavailableError) as error:
            return Answer(0, str(error))
        except Exception as error:  # noqa: BLE001 - it is logged as the reason, and the call is repeated
            return Answer(0, f"{type(error).__name__}: {error}")

    def _push(self, outcome: Request, url: Url, attempt: int) -> Answer:
        by = self.deliverer
        about = (outcome.user_id, outcome.seq, outcome.type, attempt)
        exchange = exchange_with(url, "POST", about, outcome.trace)
        with by.recording(exchange):
            message = self._message(outcome, url, exchange.traceparent)
            exchange.status = by.send(url, message, Deadline(by.seconds)).status
        return Answer(exchange.status)

    def _message(self, outcome: Request, url: Url, traceparent: str | None) -> Message:
        by, body = self.deliverer, self.body(outcome)
        id_ = signing.outcome_id(outcome.user_id, outcome.seq)
        signed = signing.signed(id_, "POST", url, body, keys=by.keys(), now=int(by.now()))
        own = {"User-Agent": "Gurukool", "Content-Type": "application/json", **trace_header(traceparent)}
        return Message("POST", url.resource, fixed_headers(url) | own | signed, body)
