"""Carry a request out with its handler."""

import logging

from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.dynamodb.effects import Effects
from chalicelib.adapters.time_limit import OverrunError, time_limit
from chalicelib.adapters.tracing import subsegment
from chalicelib.core.attempt import Result
from chalicelib.core.errors import InvalidInputError, MalformedError
from chalicelib.core.events import tell
from chalicelib.core.handler import Handler
from chalicelib.core.policy import HandlerError, PermanentError, RetryLaterError
from chalicelib.core.request import Failure, Request

RESULT_LIMIT = 128 * 1024  # bytes; with the payload it must fit DynamoDB's 400 KB


def run(handler: Handler, request: Request, seconds: float) -> Result | Failure:
    """What came of one attempt. Raises nothing that a handler can cause."""
    try:
        payload = decode(request.payload, handler.payload_type)
    except (InvalidInputError, MalformedError) as error:
        return Failure("invalid_payload", str(error))
    try:
        with subsegment(request.type, user=request.user_id, seq=request.seq), time_limit(seconds):
            effects = Effects()
            return _bounded(encode(handler(payload, request, effects)), effects)
    except OverrunError:
        return Failure("timeout", f"It took longer than {seconds:g} seconds.")
    except RetryLaterError as error:
        return Failure("error", str(error), retry_after_ms=max(0, int(error.after * 1000)))
    except HandlerError as error:
        return Failure("permanent" if isinstance(error, PermanentError) else "error", str(error))
    except BaseException as error:  # noqa: BLE001 - even SystemExit fails its own request, nothing else
        return _unexpected(error, request)


def _bounded(result: str, effects: Effects) -> Result | Failure:
    if len(result.encode()) > RESULT_LIMIT:
        return Failure("permanent", f"The result is larger than {RESULT_LIMIT // 1024} KiB.")
    return Result(result, effects.writes)


def _unexpected(error: BaseException, request: Request) -> Failure:
    """The user is told the kind of error only: its text may show internals, and is in the logs."""
    tell(
        "handler raised",
        level=logging.ERROR,
        user=request.user_id,
        seq=request.seq,
        type=request.type,
        exception=error,
    )
    return Failure("error", f"The handler raised {type(error).__name__}.")
