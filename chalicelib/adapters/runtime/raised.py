"""What becomes of an attempt whose handler has raised something."""

import logging
from collections.abc import Callable

from chalicelib.adapters.runtime.exception_groups import decisive, leaves
from chalicelib.adapters.runtime.results import ResultError
from chalicelib.adapters.runtime.time_limit import AttemptEndedError
from chalicelib.core.log_events import log_event
from chalicelib.core.queueing.policy import (
    HandlerError,
    ImpossibleDelayError,
    PermanentError,
    RetryLaterError,
    delay_ms,
)
from chalicelib.core.queueing.request import Failure
from chalicelib.core.queueing.stopped import Stopped

OF_AUTHORS = (ResultError, ImpossibleDelayError)  # the user is told, and only the author can mend it
FORESEEN = (HandlerError, Stopped, AttemptEndedError)


def failure_of(error: BaseException, failure: Callable[[BaseException], Failure]) -> Failure:
    """Why the attempt failed, as `failure` has it of an error that does not end attempts by itself.

    Raises AttemptEndedError, if that is what the handler raised.
    """
    decides = decisive(error)
    if not isinstance(decides, AttemptEndedError | Stopped):
        return failure(error)
    _log_unforeseen(error)  # what another task has raised meanwhile
    if isinstance(decides, AttemptEndedError):
        raise decides
    return Failure("error", "The handler raised Stopped.")  # the core cancels what somebody has asked to stop


def last_words(error: BaseException) -> Failure:
    """Why the attempt failed, from what ended it.

    Of an error that is not meant for the user, only its kind is told: its text may show internals, and is in
    the logs. Of a group of errors, `decisive` says which one counts.
    """
    _log_unforeseen(error)
    error = decisive(error)
    if not isinstance(error, HandlerError):
        return Failure("error", f"The handler raised {type(error).__name__}.")
    if not isinstance(error, RetryLaterError):
        return Failure("permanent" if isinstance(error, PermanentError) else "error", _text(error))
    try:
        return Failure("error", _text(error), retry_after_ms=delay_ms(error.after))
    except ImpossibleDelayError as impossible:  # the handler has changed what the error was made with
        return last_words(impossible)


def _log_unforeseen(error: BaseException) -> None:
    """Log what the handler raised, if some of it is not meant for the user."""
    if any(isinstance(leaf, OF_AUTHORS) or not isinstance(leaf, FORESEEN) for leaf in leaves(error)):
        log_event("handler raised", level=logging.ERROR, exception=error)


def _text(error: HandlerError) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - whatever the author's __str__ does
        return f"The handler raised {type(error).__name__}, whose text cannot be shown."
