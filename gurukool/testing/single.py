"""One request from its beginning to its end."""

from collections.abc import Callable, Mapping, Sequence
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
    handlers: Sequence[Callable[..., Any]] = (),
    callback_hosts: str = "",
) -> Outcome:
    """What becomes of one request in a queue of its own, after all its attempts.

    The parameters are those of `Queue` and of `Queue.enqueue`. `handlers` carry out what the handler enqueues
    through its effects, which is done, too, before this returns.

    Raises InvalidInputError if the handler does not take the payload.
    """
    queue = Queue(settings=settings, secrets=secrets, callback_hosts=callback_hosts)
    for other in handlers:
        queue.deploy(other)
    seq = queue.enqueue(handler, payload, user=user, max_attempts=max_attempts)
    queue.run()
    return queue.outcome(seq, user=user)
