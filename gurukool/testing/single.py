"""One request from its beginning to its end."""

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core.queueing.application import Setting
from gurukool.testing.application import NONE
from gurukool.testing.outcome import Outcome
from gurukool.testing.queue import USER, Queue


def run(
    handler: Callable[..., Any],
    payload: Any = None,
    *,
    user: str = USER,
    max_attempts: int | None = None,
    settings: Mapping[str, Setting] = NONE,
    secrets: Mapping[str, str] = NONE,
) -> Outcome:
    """What becomes of one request in a queue of its own, after all its attempts.

    The parameters are those of `Queue` and of `Queue.enqueue`.

    Raises InvalidInputError if the handler does not take the payload.
    """
    queue = Queue(settings=settings, secrets=secrets)
    seq = queue.enqueue(handler, payload, user=user, max_attempts=max_attempts)
    queue.run()
    return queue.outcome(seq, user=user)
