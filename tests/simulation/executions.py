"""The handlers of a history: what each request does when it is carried out, and who was doing what when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zlib import crc32

from chalicelib.adapters.memory.effects import Booking
from chalicelib.adapters.runtime.raised import last_words
from chalicelib.core.queueing.attempt import LAST_RESORT_MS, Ran, Result, Taken
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import StopWatch
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.lane import QUICK_TIMEOUT_S, Lane
from chalicelib.core.queueing.policy import HandlerError, OnFailure, Policy
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Request
from chalicelib.core.queueing.suspending import Suspended
from chalicelib.core.rates import Rate
from tests.fakes.nonsense import DELAYS, RAISED, changed_later, later
from tests.simulation.beats import Beats
from tests.simulation.deployments import DEADLY, UNKNOWN, DeployedHandlers, Deployment
from tests.simulation.emitting import Emitters
from tests.simulation.execution import Execution
from tests.simulation.history import Violation
from tests.simulation.large import result_of
from tests.simulation.plans import Plan
from tests.simulation.ports import Network
from tests.simulation.scheduler import Crash, Scheduler
from tests.simulation.stepping import Steps

NONSENSE = [
    *(make(DELAYS[name]) for make in (later, changed_later) for name in sorted(DELAYS)),
    *(RAISED[name] for name in ("half a surrogate pair", "a null byte", "a text that raises")),
]
SLOW = "slow"  # the type of requests that may take long
LONG = "long"  # and of those that may take minutes
LONGEST = "longest"  # likewise, of a user who is removed
LONG_TYPES = (LONG, LONGEST)
LONG_PATIENCE_MS = 15_000  # how soon a long request is begun again after the death of its worker


@dataclass(slots=True)
class Executions:
    """Carries requests out in simulated time. Never two at once for one user."""

    scheduler: Scheduler
    network: Network
    deployment: Deployment
    steady: bool = False  # whether the store answers in time, and no process stands still
    patience_ms: int | None = None  # how soon it is begun again after the death of its worker, if it matters
    steps: Steps | None = None  # if some handlers have steps
    emitters: Emitters | None = None  # if some handlers emit events
    long_steps: bool = False  # whether those that may take minutes do so, too
    plans: dict[str, Plan] = field(default_factory=dict)  # by payload
    unhurried: tuple[str, ...] = ("halt", SLOW)  # types whose next attempt may have to wait
    all: list[Execution] = field(default_factory=list)
    follow_ups: Callable[[Request], tuple[Entry, ...]] = lambda _: ()  # what the handler enqueues

    def take(self, _handler: Handler, request: Request, _seconds: float) -> Taken | Failure:
        if self.deployment.is_behind(request.type, DEADLY):
            raise Crash
        if self.deployment.is_behind(request.type, "invalid_payload"):
            return Failure("invalid_payload", "This worker's code cannot take it.")
        return Taken(None)

    def run(
        self,
        _handler: Handler,
        request: Request,
        _taken: Taken,
        seconds: float,
        watch: StopWatch,
        journal: Journal,
    ) -> Ran:
        if request.payload not in self.plans:
            raise Violation(f"{request.seq} was started with a payload that nobody has sent")
        execution = Execution(request, self.scheduler.now)
        self._check_alone(execution)
        self._check_lane(request)
        self._check_soon(execution)
        self.all.append(execution)
        beats = None
        try:
            self._stand_still(execution)
            beats = execution.beats = Beats(self.scheduler, watch, steady=self.steady)
            limit = int(seconds * 1000)
            if self.long_steps and request.type in LONG_TYPES:
                beats.begin(limit)
            failed = self._take_steps(execution, journal, limit)
            if self.emitters and not failed and self._emits(request):
                failed = self.emitters.emit(execution, journal, watch, limit)
            if self._has_steps(request) or self._emits(request):
                limit -= self.scheduler.now - execution.started
            execution.watched_from = self.scheduler.now
            ran = failed or self._carry_out(request, limit, beats)
            execution.ran = (self.emitters and self.emitters.emit_last(execution, journal)) or ran
        finally:
            if beats:
                beats.end()
            execution.ended = (beats and beats.killed_at) or self.scheduler.now
        self.network.trace("handler ends", (request,), execution.ran)
        return execution.ran

    def has_succeeded(self, request: Request) -> bool:
        """Whether its latest attempt has ended well."""
        attempt = (request.user_id, request.seq, request.attempts)
        return any(isinstance(e.ran, Result) and e.attempt == attempt for e in self.all)

    def has_crashed(self, request: Request) -> bool:
        """Whether an attempt has ended with its process."""
        return any(e.ran is None and e.attempt[:2] == (request.user_id, request.seq) for e in self.all)

    def running(self, user_id: str) -> list[int]:
        """The numbers of this user's requests that somebody is at, whose process has not stood still."""
        now = self.scheduler.now
        return [
            each.request.seq
            for each in self.all
            if each.request.user_id == user_id
            and not (
                each.ended
                or each.is_dead
                or each.stood_still
                or (each.until is not None and now > each.until)
            )
        ]

    def _check_alone(self, new: Execution) -> None:
        for seq in self.running(new.request.user_id):
            raise Violation(f"I3: {seq} is still running while {new.request.seq} starts")

    def _check_lane(self, request: Request) -> None:
        lane = self.scheduler.current.name
        if request.type == SLOW and lane.startswith(Lane.QUICK):
            raise Violation(f"{request.seq} may take long and was begun in the quick lane")
        if lane.startswith(Lane.LONG) != (request.type in LONG_TYPES):
            raise Violation(f"{request.seq} is {request.type} and was begun by {lane}")

    def _check_soon(self, new: Execution) -> None:
        """The wake-up was held for not much longer than the attempt could take."""
        same = new.attempt[:2]
        before = [e for e in self.all if e.attempt[:2] == same]
        if self.patience_ms and before and before[-1].ran is None and new.request.type not in self.unhurried:
            waited = new.started - before[-1].ended
            if waited > (LONG_PATIENCE_MS if new.request.type in LONG_TYPES else self.patience_ms):
                raise Violation(f"{same} was begun again {waited} ms after its worker had died")

    def _stand_still(self, execution: Execution) -> None:
        if ms := self.network.stall():
            execution.stood_still = True
            self.scheduler.wait(ms)

    def _has_steps(self, request: Request) -> bool:
        if self.steps is None or not self._may_note(request):
            return False
        return crc32(request.payload.encode()) % 3 > 0

    def _emits(self, request: Request) -> bool:
        return self.emitters is not None and self._may_note(request) and self.emitters.emits(request)

    def _may_note(self, request: Request) -> bool:
        return self.long_steps or request.type not in LONG_TYPES

    def _take_steps(self, execution: Execution, journal: Journal, limit: int) -> Failure | Suspended | None:
        if self.steps is None or not self._has_steps(execution.request):
            return None
        execution.until = self.scheduler.now + limit
        failed = self.steps.take(journal, execution.until)
        execution.until = None
        return failed

    def _carry_out(self, request: Request, limit: int, beats: Beats) -> Result | Failure:
        plan = self.plans[request.payload]
        self.network.trace("handler starts", (request,), plan)
        works_ms = min(plan.ms, limit + LAST_RESORT_MS if plan.deaf else limit)
        if not beats.wait(works_ms, deaf=plan.deaf, heeds=plan.heeds):
            return Failure("timeout", "It was interrupted.")
        attempts = request.counted_attempts
        if attempts <= plan.kills or (plan.deaf and plan.ms > limit):
            self.network.trace("handler", (request,), "kills its process")
            raise Crash
        if plan.ms > limit:
            return Failure("timeout", "It took too long.")
        if attempts <= plan.fails or plan.permanent:
            return _failure(request, plan)
        booked = (Booking(account_of(request), 1),) if has_effects(request) else ()
        return Result(result_of(request), booked + self.follow_ups(request))


def _failure(request: Request, plan: Plan) -> Failure:
    """As planned, or what comes of a handler that raises something nonsensical."""
    lot = crc32(request.payload.encode())
    if plan.permanent or lot % 3:
        kind = "permanent" if plan.permanent else "error"
        return Failure(kind, "Planned.", plan.retry_after_ms)
    try:
        NONSENSE[lot % len(NONSENSE)]()
    except HandlerError as error:
        return last_words(error)
    raise AssertionError("it raises")


def account_of(request: Request) -> str:
    """Where the request's effect is booked."""
    return f"{request.user_id} {request.seq}"


def has_effects(request: Request) -> bool:
    return request.type == "book"


def handlers(deployment: Deployment, pace: Mapping[str, Rate]) -> Registry:
    """`pace`: the rates of some, by type."""
    registry = DeployedHandlers(deployment)
    for type_, timeout, policy in (
        ("skip", 2.0, Policy(max_attempts=3)),
        ("halt", 2.0, Policy(max_attempts=2, on_failure=OnFailure.HALT)),
        ("book", 2.0, Policy(max_attempts=3)),
        (UNKNOWN, 2.0, Policy(max_attempts=3)),
        (SLOW, QUICK_TIMEOUT_S + 1, Policy(max_attempts=3)),
        (LONG, 60.0, Policy(max_attempts=3)),
        (LONGEST, 105.0, Policy(max_attempts=3)),
    ):
        long, rate = type_ in LONG_TYPES, pace.get(type_)
        registry.add(Handler(type_, _never_called, object, object, timeout, policy, long=long, rate=rate))
    return registry


def _never_called() -> None:
    raise AssertionError
