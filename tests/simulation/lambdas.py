"""What Lambda does: starts workers, ends those that take too long, starts the sweeper."""

from itertools import count

from chalicelib.adapters.memory.fifo import Receipt
from chalicelib.adapters.sqs.wake_ups import from_message
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.steps import Done, Wait
from chalicelib.core.queueing.sweep import Sweep
from chalicelib.functions.serving import LONGEST_TIMER_S, MOST_RECEIVES, SHORTEST_TIMER_S
from tests.simulation.ports import Network
from tests.simulation.scheduler import Scheduler
from tests.simulation.wake_ups import SimulatedLease, WakeUpService

WORKER_MS = {Lane.QUICK: 60_000, Lane.SLOW: 60_000, Lane.LONG: 120_000}  # the functions' time-outs
SWEEP_MS = 60_000  # between two runs of the sweeper
SWEEPER_MS = 50_000  # the sweeper function's time-out


class Workers:
    def __init__(self, service: WakeUpService, drain: Drain) -> None:
        self._service = service
        self._scheduler = service.scheduler
        self._network = service.network
        self._rng = service.rng
        self._drain = drain
        self._allowed_ms = WORKER_MS[drain.lane]
        self._number = count(1)
        service.serve = self._serve

    def _serve(self, receipt: Receipt) -> None:
        worker = self._scheduler.spawn(
            f"{self._drain.lane}-worker-{next(self._number)}",
            lambda: self._work(receipt),
            after=self._rng.randrange(1, 30),
        )
        if self._rng.random() >= self._network.faults.undying:
            self._scheduler.after(self._allowed_ms, worker.kill)

    def _work(self, receipt: Receipt) -> None:
        """As functions/serving.py has it."""
        user_id, seq = from_message(receipt.body)
        lease = SimulatedLease(self._service, receipt)
        try:
            until = self._scheduler.now + self._allowed_ms
            ending = self._drain(user_id, lease, until, receipt.number)
            if isinstance(ending, Wait) and receipt.number > MOST_RECEIVES:
                self._service.send(user_id, seq, f"{user_id} {next(self._number)}")
                ending = Done()
            if isinstance(ending, Wait):
                wait = (ending.until - self._scheduler.now) / 1000
                lease.hold(min(LONGEST_TIMER_S, max(SHORTEST_TIMER_S, wait)))
        except UnavailableError as error:
            self._network.trace("worker fails", (user_id,), error)
            return
        self._network.trace("worker ends", (user_id,), ending)
        if not isinstance(ending, Wait):
            self._service.delete(receipt)


class Sweeper:
    def __init__(self, scheduler: Scheduler, network: Network, sweep: Sweep) -> None:
        self._scheduler = scheduler
        self._network = network
        self._sweep = sweep
        self._number = count(1)

    def start(self, after: int) -> None:
        self._scheduler.after(after, self._run)

    def _run(self) -> None:
        self.once()
        self._scheduler.after(SWEEP_MS, self._run)

    def once(self) -> None:
        sweeper = self._scheduler.spawn(f"sweeper-{next(self._number)}", self._sweep)
        self._scheduler.after(SWEEPER_MS, sweeper.kill)
