"""The request as the function that carries it out sees it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from chalicelib.core.queueing.application import Application, NoResources, Resources, Settings
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.stopped import Stopped
from chalicelib.core.time import Millis


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
    seq: int  # the number in the user's queue; with `user_id` it identifies the request for ever
    type: str
    attempts: int = 1  # 1 during the first attempt
    enqueued_at: Millis = 0
    started_at: Millis = 0  # of this attempt
    origin: int | None = None  # the number of the failed request that this one retries
    resources: Resources = field(default_factory=NoResources, repr=False)
    settings: Settings = field(default_factory=Settings, repr=False)
    _is_stopping: Callable[[], bool] = field(default=never, repr=False, compare=False)

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
    def of(cls, request: Request, application: Application, is_stopping: Callable[[], bool] = never) -> Self:
        return cls(
            user_id=request.user_id,
            seq=request.seq,
            type=request.type,
            attempts=request.attempts,
            enqueued_at=request.enqueued_at,
            started_at=request.started_at or 0,
            origin=request.origin,
            resources=application.resources,
            settings=application.settings,
            _is_stopping=is_stopping,
        )
