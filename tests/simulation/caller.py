"""How a call is made: as an actor of its own, which remembers what it was told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chalicelib.core.errors import (
    GurukoolError,
)
from chalicelib.core.identity.own_account import OwnAccount
from chalicelib.core.identity.ports import Accounts
from chalicelib.core.identity.sessions import Sessions
from chalicelib.core.queueing.callbacks import Callbacks
from chalicelib.core.queueing.controls import Controls
from chalicelib.core.queueing.dequeue import Dequeue
from chalicelib.core.queueing.enqueue import Enqueue
from chalicelib.core.queueing.event_watch import EventWatch
from chalicelib.core.queueing.outcomes import Outcomes
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.scheduling import Scheduling
from chalicelib.core.queueing.signals import Signals
from tests.simulation.administrators import TrustedAdministration
from tests.simulation.callbacks import Receivers
from tests.simulation.emitting import Emitters
from tests.simulation.entries import Entries
from tests.simulation.plans import Plan
from tests.simulation.ports import Network
from tests.simulation.records import Call, User
from tests.simulation.scheduler import Scheduler
from tests.simulation.slots import Options
from tests.simulation.stepping import Steps
from tests.simulation.uploading import Uploader

API_MS = 30_000  # the API function's time-out


@dataclass(frozen=True, slots=True)
class Api:
    """The use cases over the network."""

    enqueue: Enqueue
    dequeue: Dequeue
    outcomes: Outcomes
    sessions: Sessions
    controls: Controls
    own: OwnAccount
    administration: TrustedAdministration
    accounts: Accounts
    scheduling: Scheduling
    signals: Signals
    events: EventWatch
    callbacks: Callbacks


@dataclass(slots=True)
class Caller:
    """Makes the calls of users, each as an actor of its own."""

    scheduler: Scheduler
    network: Network
    rng: Random
    api: Api
    plans: dict[str, Plan]
    queue: Callable[[str], Queue | None]  # as it is
    options: Options
    entries: Entries
    made: list[Call] = field(default_factory=list)
    taking_several: set[str] = field(default_factory=set)  # names of dequeues of several outcomes at once
    steps: Steps | None = None
    emitters: Emitters | None = None
    callbacks: Receivers | None = None
    uploader: Uploader | None = None
    charge: Callable[[str, int], None] = lambda _session, _count: None  # a service, for what it sends

    def make(self, user: User, kind: str, after: int = 0) -> None:
        """Let the user make a call of this kind."""
        method = "administer" if kind.startswith("admin_") else kind
        begin: Callable[[User, str], tuple[Call, Callable[[], Any]]] = getattr(self, f"_{method}")
        self.scheduler.after(after, lambda: self._start(*begin(user, kind)))

    def _start(self, call: Call, do: Callable[[], Any]) -> None:
        self.made.append(call)
        actor = self.scheduler.spawn(call.name, lambda: self._live(call, do))
        if self.rng.random() >= self.network.faults.undying:
            self.scheduler.after(API_MS, actor.kill)

    def _live(self, call: Call, do: Callable[[], Any]) -> None:
        call.started = self.scheduler.now
        self.network.trace(call.kind, (call.user_id, call.asked), "starts")
        try:
            call.answer = do()
        except GurukoolError as error:
            call.error = error
        call.ended = self.scheduler.now
        self.network.trace(call.kind, (call.user_id, call.asked), call.error or call.answer)

    def _call(self, user: User, kind: str, asked: Any = None) -> Call:
        return Call(
            f"{kind}-{len(self.made)}", user.id, kind, self.rng.choice(user.sessions or ["none"]), asked
        )

    def _next(self, user: User) -> int:
        queue = self.queue(user.id)
        return queue.head + 1 if queue else 1
