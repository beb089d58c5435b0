"""Crash a handler at every point, and see whether anything happens twice."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.application import NoResources
from gurukool.testing.application import NONE, application
from gurukool.testing.findings import NotOnceError, find
from gurukool.testing.history import Ending, History, live
from gurukool.testing.memory import content, is_open
from gurukool.testing.memory import resources as in_memory
from gurukool.testing.network import watch_network
from gurukool.testing.process import Kind, Process
from gurukool.testing.queue import USER, ProcessQueue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pynamodb.models import Model

    from chalicelib.core.queueing.application import Resources, Setting

WATCH = "Watch what the handler calls, with gurukool.testing.Outside."
UNWATCHED = "What a class makes is not watched: hand Outside().watch an object of it."


@dataclass(frozen=True, slots=True)
class Survived:
    """Nothing happened twice, wherever the process ended."""

    crashes: int  # one in each history
    events: Sequence[str]  # of the history without a crash; before and after each of them there was one


def crash_everywhere(
    handler: Callable[..., Any],
    payload: Any = None,
    *,
    user: str = USER,
    resources: Mapping[str, type[Model] | str] = NONE,
    setup: Callable[[Resources], object] | None = None,
    settings: Mapping[str, Setting] = NONE,
    secrets: Mapping[str, str] = NONE,
    handlers: Sequence[Callable[..., Any]] = (),
    callback_hosts: str = "",
    status: str = "succeeded",
) -> Survived:
    """Run one request again and again; each time the worker's process ends at another point.

    The points are before and after each write of the core, each effect, each call that `Outside` watches,
    and each call of AWS that writes. After the crash another process goes on. Each time begins with empty
    `resources`, which `setup` may fill. It must end like the request that no crash has interrupted: with the
    same status, as many calls outside, and the same items in the tables, so what is stored must not depend on
    the time. `status` is the one with which it ends if no crash interrupts it. What is sent over the network
    counts as a call outside, even if nobody watches it. `handlers` carry out what the handler enqueues
    through its effects, and are crashed as well; the same requests must follow in each history.

    Raises NotOnceError, which names the call, its place and the point. Raises ValueError if nothing was seen
    that could happen twice, if the undisturbed request ends with another `status`, and in a block of
    `resources`, whose tables are not emptied each time, if it gets no `resources` of its own.
    """
    if is_open() and not resources:
        raise ValueError(
            "The tables of this block are not emptied for each run: give the tables as resources=."
        )
    watch_network()
    declared = application(settings, secrets, callback_hosts)

    def play(process: Process) -> Ending:
        with in_memory(**resources) if resources else nullcontext(NoResources()) as made:
            if setup:
                setup(made)
            queue = ProcessQueue(process, declared)
            for other in handlers:
                queue.deploy(other)
            seq = queue.enqueue(handler, payload, user=user)
            queue.run()
            pushes = sorted(f"{push.body['type']} to {push.url}" for push in queue.pushes())
            return Ending(queue.outcome(seq, user=user), content(), queue.follow_ups(), pushes)

    calm = live(play)
    _require_meaning(calm, status)
    crashed = [live(play, point) for point in range(1, calm.points + 1)]
    if findings := find(calm, crashed):
        raise NotOnceError(findings)
    return Survived(len(crashed), [event.text for event in calm.events])


def _require_meaning(calm: History, status: str) -> None:
    """Raises ValueError if nothing follows from runs that are like this one."""
    ended = calm.ending.outcome
    why = ended.error.message if ended.error else ""
    if ended.status != status:
        raise ValueError(f"Without a crash, the request has {ended.status}, and not {status}. {why}".rstrip())
    if all(event.kind is Kind.LOG for event in calm.events):
        raise ValueError(f"Nothing was seen that could happen twice. {why or WATCH}")
    for name, owner in calm.unwatched.items():
        if not any(f"{call}.".startswith(f"{owner}.") for call in calm.calls):
            raise ValueError(
                f"The handler used {name}, a class, and no call of {owner} was seen. {UNWATCHED}"
            )
