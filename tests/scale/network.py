"""The ports as the core sees them in the simulation: each call takes time, is counted, and may be refused."""

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from chalicelib.adapters.aws.clients import Patience
from chalicelib.adapters.dynamodb.tables import PATIENCE
from chalicelib.adapters.sqs.wake_ups import PATIENT, PROMPT, group_of
from chalicelib.core.errors import LostRaceError, UnavailableError
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis
from tests.scale import limits
from tests.scale.account import Account, Refused
from tests.scale.calls import IndexWrites, Method
from tests.scale.meter import Meter
from tests.simulation.scheduler import Scheduler

READING = frozenset({"GetItem", "Query", "BatchGetItem"})
DRAWN = 4096  # latencies that are drawn in advance


class Latencies:
    """How long things take: lognormal around a median, and now and then much longer."""

    def __init__(self, rng: Random | None) -> None:
        """Without `rng`, everything takes exactly its median."""
        self._factors = [_factor(rng) for _ in range(DRAWN)] if rng else [1.0]
        self._next = 0

    def __call__(self, median: float) -> int:
        self._next = (self._next + 1) % len(self._factors)
        return max(1, round(median * self._factors[self._next]))


def _factor(rng: Random) -> float:
    factor = rng.lognormvariate(0, limits.SPREAD.value)
    return factor * 5 if rng.random() < limits.SLOW_SHARE.value else factor


class Network:
    """Between the sample's processes and the services."""

    def __init__(
        self,
        scheduler: Scheduler,
        account: Account,
        meter: Callable[[], Meter],
        latency: Latencies,
        rng: Random,
    ) -> None:
        self.scheduler = scheduler
        self.account = account
        self._meter = meter
        self.latency = latency
        self.rng = rng

    @property
    def meter(self) -> Meter:
        return self._meter()

    def dynamodb(self, action: str, table: str, user_id: str, *, indexed: bool = False) -> None:
        """Until one try gets through. Raises UnavailableError."""
        median = limits.READ_MS.value if action in READING else limits.WRITE_MS.value

        kind = "reads" if action in READING else "writes"

        def refused() -> Refused:
            self.meter.add(f"{table} {kind} tried")
            how = self.account.refuses_item(table, kind, user_id, indexed=indexed)
            self.meter.add(f"{table} {kind} let through", how is Refused.NO)
            return how

        self._try(action, PATIENCE, median, refused)

    def sqs(self, action: str, group: str, patience: Patience = PATIENT) -> None:
        """Raises UnavailableError."""
        median = limits.SQS_MS.value
        self._try(action, patience, median, lambda: self.account.refuses_message(action, group))

    def _try(self, action: str, patience: Patience, median: float, refused: Callable[[], Refused]) -> None:
        for number in range(patience.attempts):
            self.meter.called(action)
            how = refused()
            if how is Refused.NO:
                return self.scheduler.wait(self.latency(median))
            self.meter.add("refused calls")
            if how is Refused.UNANSWERED:
                self.scheduler.wait(round(patience.connect_s * 1000))
                if not patience.after_time_out:
                    break
            else:
                self.scheduler.wait(round(limits.REFUSAL_MS.value))
            if number + 1 < patience.attempts:  # botocore's standard mode
                self.scheduler.wait(max(1, round(self.rng.random() * 1000 * 2**number)))
        raise UnavailableError("Simulated.")


class Port:
    """The methods of a store, called over the network; `watch` is told whose data were written."""

    def __init__(
        self,
        target: object,
        table: str,
        methods: Mapping[str, Method],
        network: Network,
        *,
        watch: Callable[[str, Any], None],
        index: IndexWrites,
    ) -> None:
        self._target = target
        self._table = table
        self._methods = methods
        self._network = network
        self._watch = watch
        self._index = index

    def __getattr__(self, name: str) -> Callable[..., Any]:
        described, method = self._methods[name], getattr(self._target, name)

        def call(*arguments: Any, **options: Any) -> Any:
            user_id = _user_of(arguments)
            indexed = self._table == "QueuesTable" and self._index.marks(user_id)[0] is False
            for action in described.actions(arguments):
                self._network.dynamodb(action, self._table, user_id, indexed=indexed)
            return self._carry_out(described, method, user_id, arguments, options)

        setattr(self, name, call)
        return call

    def _carry_out(
        self, described: Method, method: Callable[..., Any], user_id: str, arguments: Any, options: Any
    ) -> Any:
        """A write whose condition fails costs as much as one that is carried out."""
        marks = self._index.marks(user_id)
        answer: Any = None
        try:
            answer = method(*arguments, **options)
        except LostRaceError:
            self._network.meter.add("lost races")
            raise
        else:
            return answer
        finally:
            units, meter = described.units(arguments, answer), self._network.meter
            meter.add(f"{self._table} reads", units.reads)
            if units.writes:
                meter.add(f"{self._table} writes", units.writes)
                meter.add("index writes", self._index.between(marks, self._index.marks(user_id)))
                self._network.account.use_partition(self._table, user_id, units.writes)
                self._watch(user_id, answer)


def _user_of(arguments: tuple[Any, ...]) -> str:
    """The partition that is called: a user's, or none of those."""
    first = arguments[0] if arguments else ""
    if isinstance(first, Queue | Request):
        return first.user_id
    return first if isinstance(first, str) else ""


class SimulatedClock:
    """All clocks are right."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def now(self) -> Millis:
        return self._scheduler.now

    def sleep(self, seconds: float) -> None:
        self._scheduler.wait(max(1, math.ceil(seconds * 1000)))


class WakeUps:
    """The port of that name: a message that is sent arrives at the lane's queue."""

    def __init__(
        self,
        network: Network,
        arrive: Callable[[Lane, str, str, int, str], None],
        *,
        answers_callers: bool = False,
    ) -> None:
        """`answers_callers`: of the API, see OutageGuard."""
        self._network = network
        self._arrive = arrive
        self._answers_callers = answers_callers

    def send(self, user_id: str, seq: int, wake_up_id: str, lane: Lane = Lane.QUICK) -> None:
        group = group_of(user_id, wake_up_id, lane)
        if self._answers_callers and self._network.account.is_known_to_be_out():
            raise UnavailableError("Simulated.")
        self._network.sqs("SendMessage", group, PROMPT if self._answers_callers else PATIENT)
        self._arrive(lane, group, user_id, seq, wake_up_id)
