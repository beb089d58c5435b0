"""Carry a request out with its handler."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from types import CoroutineType, GeneratorType
from typing import Any

from chalicelib.adapters.dynamodb.effects import Effects
from chalicelib.adapters.json.codec import decode, encode
from chalicelib.adapters.runtime.first_calls import durable, emit_event, end_calls, follow_ups, suspended
from chalicelib.adapters.runtime.logs import bound
from chalicelib.adapters.runtime.logs import restore as restore_logs
from chalicelib.adapters.runtime.overrun_watch import OverrunWatch
from chalicelib.adapters.runtime.results import result_json
from chalicelib.adapters.runtime.stop_watch import UnwatchedError, stoppable
from chalicelib.adapters.runtime.time_limit import (
    LAST_RESORT_S,
    AttemptEndedError,
    OverrunError,
    alarm,
    end_process_in,
    last_resort,
    reacting,
)
from chalicelib.adapters.runtime.tracing import subsegment
from chalicelib.core.errors import InvalidInputError, MalformedError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.application import Application, Resources
from chalicelib.core.queueing.attempt import Ran, Result, Taken
from chalicelib.core.queueing.context import HandlerRequest, never
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import Heartbeat, StopWatch
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.log_fields import log_fields
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Request

NOTHING = Application()
NO_HANDLERS = Registry()


def take(handler: Handler, request: Request, seconds: float) -> Taken | Failure:
    """The payload as a value of the handler's type, or why the handler cannot take it.

    A payload's type may have code of its own, which has this time limit. So has `upgrade`, which is ended
    together with this process if it does not react to that; a limit by force for all would double what the
    worker does for a small request. Raises nothing that they can cause.
    """
    try:
        if handler.upgrade is None:
            with reacting(), alarm(seconds):
                return taken(handler, request)
        with _bound(request), last_resort(seconds), alarm(seconds):
            return taken(handler, request)
    except OverrunError:
        return Failure("invalid_payload", f"Reading the payload took longer than {seconds:g} seconds.")


def taken(handler: Handler, request: Request) -> Taken | Failure:
    """Like `take`. Sets no time limit. Raises AttemptEndedError, if it is ended from outside."""
    try:
        return Taken(_decoded(handler, request.payload))
    except AttemptEndedError:
        raise
    except (InvalidInputError, MalformedError) as error:
        return Failure("invalid_payload", str(error))
    except BaseException as error:  # noqa: BLE001 - whatever the author's code does
        told = {"user": request.user_id, "seq": request.seq, "type": request.type}
        log_event("payload not read", level=logging.ERROR, exception=error, **told)
        return Failure("invalid_payload", f"Reading the payload raised {type(error).__name__}.")


def _decoded(handler: Handler, payload: str) -> Any:
    try:
        return decode(payload, handler.payload_type, under="payload")
    except InvalidInputError:
        if handler.upgrade is None:
            raise
    return decode(encode(handler.upgrade(decode(payload, Any))), handler.payload_type, under="payload")


def run(  # noqa: PLR0917  (the parameters of Run)
    handler: Handler,
    request: Request,
    taken: Taken,
    seconds: float,
    stop_watch: StopWatch | None = None,
    journal: Journal | None = None,
    *,
    watch: OverrunWatch | None = None,
    application: Application = NOTHING,
    handlers: Registry = NO_HANDLERS,
) -> Ran:
    """What came of one attempt: what the handler returned, or why it failed.

    What does not react to the time limit is ended together with this process; `watch` has that noted. If the
    `stop_watch` learns that somebody has asked to stop the request, the handler is told, and interrupted if
    it does not end in time; a heartbeat also keeps the attempt alive meanwhile. The handler gets the settings
    and the resources of `application`; `handlers` are those that it can enqueue follow-ups for.

    Raises nothing that a handler can cause. What it does raise is the worker's own failure: no time limit
    could be set, for example.
    """
    watched = watch.watching(request, seconds) if watch else nullcontext()
    with _bound(request), last_resort(seconds), watched:
        if stop_watch is not None and stop_watch.seconds_left < seconds + LAST_RESORT_S:
            # This process has stood still since `seconds` was worked out.
            end_process_in(stop_watch.seconds_left)
        try:
            with _watching(stop_watch, seconds), alarm(seconds):
                return carry_out(
                    handler,
                    request,
                    taken,
                    application,
                    handlers=handlers,
                    is_stopping=never if stop_watch is None else lambda: stop_watch.stopping,
                    journal=journal,
                )
        except UnwatchedError:
            raise
        except OverrunError:
            return Failure("timeout", f"The handler took longer than {seconds:g} seconds.")
        except AttemptEndedError:  # SupersededError: the attempt was taken for crashed, and can write nothing
            log_event("attempt superseded", level=logging.WARNING)
            return Failure("error", "Another attempt has begun.")
        except BaseException:  # noqa: BLE001 - the handler's error cannot even be told
            log_event("handler raised", level=logging.ERROR)
            return Failure("error", "The handler raised an error that cannot be shown.")
        finally:
            end_calls(journal)


def _watching(stop_watch: StopWatch | None, seconds: float) -> AbstractContextManager[None]:
    if stop_watch is None:
        return nullcontext()
    if not isinstance(stop_watch, Heartbeat):
        return stoppable(stop_watch, seconds)
    from chalicelib.adapters.runtime.heartbeat import kept_alive  # only long requests need it

    return kept_alive(stop_watch, seconds)


@contextmanager
def _bound(request: Request) -> Iterator[None]:
    """What the handler logs is found under its user and number; and it cannot silence what follows it."""
    try:
        with bound(**log_fields(request)):
            yield
    finally:
        restore_logs()


def carry_out(
    handler: Handler,
    request: Request,
    taken: Taken,
    application: Application,
    *,
    handlers: Registry = NO_HANDLERS,
    new_effects: Callable[[Resources, Callable[..., Entry]], Effects] = Effects,
    is_stopping: Callable[[], bool] = never,
    journal: Journal | None = None,
    timed_events: bool = True,
    failure: Callable[[BaseException], Failure] | None = None,
) -> Ran:
    """Everything that runs the author's code, the text of an error included. Sets no time limit.

    `failure` makes the failure out of what the handler raised; `raised.last_words` does, if it is not given.

    Raises AttemptEndedError, if the attempt is ended from outside of the handler.
    """
    try:
        with subsegment(request.type, user=request.user_id, seq=request.seq):
            effects = new_effects(application.resources, follow_ups(request, handlers, application))
            emit = partial(emit_event, journal, is_stopping, timed_events)
            seen = HandlerRequest.of(request, application, is_stopping, partial(durable, journal), emit)
            returned = result_json(completed(handler(taken.payload, seen, effects)))
            return suspended(journal) or Result(returned, effects.writes)
    except BaseException as error:  # noqa: BLE001 - even SystemExit fails its own request, nothing else
        from chalicelib.adapters.runtime import raised  # not for handlers that raise nothing

        return suspended(journal) or raised.failure_of(error, failure or raised.last_words)


def completed(returned: Any) -> Any:
    """The result, for handlers that are `async def` too, and for those that yield it piece by piece."""
    if isinstance(returned, CoroutineType):
        import asyncio  # not for those that need it not: it costs some 50 ms of a cold start

        return asyncio.run(returned)
    return list(returned) if isinstance(returned, GeneratorType) else returned
