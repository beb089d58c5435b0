"""The request as the function that carries it out sees it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from chalicelib.core.queueing.application import Application, NoResources, Resources, Settings
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.stopped import Stopped
from chalicelib.core.time import Millis


class Durable(Protocol):
    """What a handler's calls to leave something behind are carried out with."""

    def step(self, name: str, function: Callable[[], Any], type_: Any) -> Any: ...
    async def step_async(self, name: str, function: Callable[[], Awaitable[Any]], type_: Any) -> Any: ...
    def sleep(self, seconds: float, name: str) -> None: ...
    def wait_for(self, signal: str, timeout: float, type_: Any) -> Any: ...


def _nothing_durable() -> Durable:
    raise RuntimeError("This request is not being carried out: nothing can be stored for it.")


def _unheard(_kind: str, _data: Any) -> None:
    """Nobody watches what is not carried out."""


def never() -> bool:
    """Nobody can ask to stop what has no queue."""
    return False


@dataclass(frozen=True, slots=True)
class HandlerRequest:
    """The request that a handler carries out, and what the application declares for its handlers.

    It is read-only and has no more than handlers need: the queue's own notes about a request may change from
    one release to the next, and this may not. Times are milliseconds since 1970, UTC.
    """

    user_id: str
    # The number in the user's queue; with `user_id` it identifies the request. If the name of a deleted user
    # is used again, its numbers begin with 1 again.
    seq: int
    type: str
    attempts: int = 1  # 1 during the first attempt
    enqueued_at: Millis = 0
    started_at: Millis = 0  # of this attempt
    origin: int | None = None  # the number of the failed request that this one retries
    # Where it belongs in a trace (W3C), for the header of calls that the handler makes; None: no trace.
    traceparent: str | None = field(default=None, kw_only=True)
    resources: Resources = field(default_factory=NoResources, repr=False)
    settings: Settings = field(default_factory=Settings, repr=False)
    _is_stopping: Callable[[], bool] = field(default=never, repr=False, compare=False)
    _durable: Callable[[], Durable] = field(default=_nothing_durable, repr=False, compare=False)
    _emit: Callable[[str, Any], None] = field(default=_unheard, repr=False, compare=False)

    @property
    def stopping(self) -> bool:
        """Whether somebody has asked to stop this request: then its outcome is `cancelled` in any case.

        It becomes true within two seconds of the stop, and costs no call. From then on the handler has five
        seconds to clean up, before it is interrupted as by its time limit.
        """
        return self._is_stopping()

    def raise_if_stopping(self) -> None:
        """Raises Stopped if somebody has asked to stop this request."""
        if self.stopping:
            raise Stopped

    @classmethod
    def of(
        cls,
        request: Request,
        application: Application,
        is_stopping: Callable[[], bool] = never,
        durable: Callable[[], Durable] = _nothing_durable,
        emit: Callable[[str, Any], None] = _unheard,
    ) -> Self:
        return cls(
            user_id=request.user_id,
            seq=request.seq,
            type=request.type,
            attempts=request.attempts,
            enqueued_at=request.enqueued_at,
            started_at=request.started_at or 0,
            origin=request.origin,
            traceparent=request.trace,
            resources=application.resources,
            settings=application.settings,
            _is_stopping=is_stopping,
            _durable=durable,
            _emit=emit,
        )

    def step[T](self, name: str, function: Callable[[], T], *, type: Any = None) -> T:  # noqa: A002
        """Call the function once and store what it returns; a later attempt gets that without calling it.

            receipt = request.step("charge", lambda: charge(payload, request.key("charge")), type=Receipt)

        The result is stored as JSON, 128 KiB at most. It is always returned as it is decoded from there, in
        the type that the function's return annotation says, or `type`. If the function raises, nothing is
        stored, and the error is the handler's. After a crash within the function it is called again: give
        `key(name)` to whomever it calls.

        Raises ValueError if the name has been used in this attempt, or is none: a name has 1 to 64
        characters of A-Z a-z 0-9 . _ - and begins with a letter or digit. Raises Stopped, before the
        function is called, if somebody has asked to stop the request. After the call, raises PermanentError
        if the result is too large, HandlerError if it has no JSON form: nothing is stored then; and
        InvalidInputError if what is stored does not fit the type, in later attempts too.
        """
        self.raise_if_stopping()
        result: T = self._durable().step(name, function, type)
        return result

    async def step_async[T](
        self,
        name: str,
        function: Callable[[], Awaitable[T]],
        *,
        type: Any = None,  # noqa: A002
    ) -> T:
        """Like `step`, for a function that is `async def`."""
        self.raise_if_stopping()
        result: T = await self._durable().step_async(name, function, type)
        return result

    def sleep(self, seconds: float, name: str = "sleep") -> None:
        """Go on in so many seconds. The attempt ends without counting as one; the line waits.

        The handler is then started again from the top. Its steps are kept, and this sleep is over: it is a
        step itself, with a name of its own. Effects that were collected so far are dropped.

        Raises ValueError and Stopped as `step` does, and ValueError for more than 366 days.
        """
        self.raise_if_stopping()
        self._durable().sleep(seconds, name)

    def wait_for(self, signal: str, *, timeout: float, type: Any = Any) -> Any:  # noqa: A002
        """The payload of the signal, which may have come already; like `sleep` until it comes.

        Raises SignalTimeoutError if it has not come within `timeout` seconds of the first call. Which of both
        it was is stored, so that later attempts see the same. Raises InvalidSignalError if the payload does
        not fit `type`: no other payload can take its place. Raises Stopped and ValueError as `step` does.
        """
        self.raise_if_stopping()
        return self._durable().wait_for(signal, timeout, type)

    def progress(self, fraction: float, message: str = "") -> None:
        """Tell those who watch the request how far it is: from 0 to 1, with a message.

        It is an event of kind `progress` with the data `{"fraction": …, "message": …}`. Of several that
        follow one another in a quarter of a second, the last one is stored. Raises ValueError if the fraction
        is not from 0 to 1, and otherwise what `emit` raises.
        """
        if not 0 <= fraction <= 1:  # also for what is no number
            raise ValueError(f"{fraction!r} cannot be a progress: at least 0 and at most 1.")
        self._emit("progress", {"fraction": float(fraction), "message": message})

    def emit(self, data: Any) -> None:
        """Give those who watch the request a piece of output: an event of kind `output`.

            for piece in answer:
                request.emit(piece)

        `data` is anything with a JSON form of at most 32 KiB. Events are numbered from 1 and kept as long as
        the outcome. They are stored together, after a quarter of a second or as soon as 128 KiB wait, and
        always before the outcome; what was not stored when a process crashes is lost. A later attempt goes on
        with the next number.

        Raises HandlerError for data without a JSON form, and if the store has not answered for 1 MiB of
        events. Raises PermanentError for data that is too large, and beyond 10,000 events or 8 MiB in one
        attempt. If somebody has asked to stop the request, the first call of `progress` or `emit` after that
        raises Stopped; what cleans up then may still emit.
        """
        self._emit("output", data)

    def key(self, name: str) -> str:
        """An idempotency key for a call to somebody else: the same in each attempt.

        No other request has it, unless the name of a deleted user is used again: then its numbers begin with
        1 again, and `f"{request.key(name)}/{request.enqueued_at}"` tells old requests from new ones.
        """
        return f"{self.user_id}/{self.seq}/{name}"  # neither a user nor a step has a slash in its name
