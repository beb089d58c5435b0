"""The example `ledger` on a real store: money is moved exactly once, whatever crashes."""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import boto3
import pytest
import yaml  # type: ignore[import-untyped]

from chalicelib.adapters.dynamodb.resources import DeployedResources
from chalicelib.adapters.dynamodb.tables import TableNames, Tables
from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.adapters.runtime.runner import run, take
from chalicelib.core.errors import EffectRefusedError
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.attempt import Attempt, Ran, Taken
from chalicelib.core.queueing.drain import Drain
from chalicelib.core.queueing.enqueue import Enqueue, Work
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.heartbeat import StopWatch
from chalicelib.core.queueing.journal import Journal
from chalicelib.core.queueing.ports import Store
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Outcome, Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.queueing.steps import Done
from chalicelib.core.time import Millis
from chalicelib.handlers import load
from tests.contract.backends import EMULATOR, MOTO
from tests.contract.stores import Stores, create_table
from tests.contract.users import NOW, User

EXAMPLE = Path(__file__).parents[2] / "examples/ledger"
START_CENTS = {"checking": 500, "savings": 0, "travel": 0}
MANY = 200

pytestmark = pytest.mark.parametrize("backend", [MOTO, EMULATOR], indirect=True)


class CrashError(BaseException):
    """The worker's process is gone."""


class Unheld:
    """A lease that nobody contends for."""

    def hold(self, seconds: float) -> None:
        pass


@dataclass
class Unlucky:
    """Crashes now and then, at the moments that matter: around the handler and around its commit."""

    requests: RequestStore
    application: Application
    chance: random.Random = field(default_factory=lambda: random.Random(20_261_121))
    crashes: int = 0

    def maybe_crash(self) -> None:
        if self.chance.random() < 0.25:
            self.crashes += 1
            raise CrashError

    def run(
        self,
        handler: Handler,
        request: Request,
        taken: Taken,
        seconds: float,
        _watch: StopWatch,
        _journal: Journal,
    ) -> Ran:
        self.maybe_crash()
        ran = run(handler, request, taken, seconds, application=self.application)
        self.maybe_crash()
        return ran

    def finish(
        self,
        running: Request,
        outcome: Outcome,
        now: Millis,
        effects: Sequence[object] = (),
        *,
        crashed: bool = False,
    ) -> Request:
        finished = self.requests.finish(running, outcome, now, effects, crashed=crashed)
        self.maybe_crash()
        return finished

    def __getattr__(self, name: str) -> Any:
        return getattr(self.requests, name)


def make_resources() -> DeployedResources:
    """The tables that the example declares, in this store."""
    declared = yaml.safe_load((EXAMPLE / "resources.yaml").read_text())["Resources"]
    names = {name: f"{name}-{token_hex(4)}" for name in declared}
    for name, resource in declared.items():
        create_table(boto3.client("dynamodb"), resource["Properties"], names[name])
    tables = Tables(TableNames())
    return DeployedResources(names, (), lambda: tables)


@dataclass
class Ledger:
    """The example, with its tables in this store."""

    handlers: Registry
    application: Application
    balance: Any  # the model, bound to its table


@pytest.fixture(scope="module")
def ledger(backend: str) -> Iterator[Ledger]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLE))
        registry = load(samples=False, application=EXAMPLE)
        resources = make_resources()
        model = sys.modules["handlers.books"].Balance
        yield Ledger(registry, Application(resources=resources), resources.table("balances").bind(model))
        for name in [name for name in sys.modules if name.partition(".")[0] == "handlers"]:
            del sys.modules[name]


def test_money_is_moved_exactly_once_however_often_the_worker_crashes(
    stores: Stores, user: User, ledger: Ledger
) -> None:
    for account, cents in START_CENTS.items():
        ledger.balance(user.id, account, cents=cents).save()
    clock, unlucky = ManualClock(NOW), Unlucky(stores.queueing.requests, ledger.application)
    chance = random.Random(7)
    transfers = [_transfer(chance) for _ in range(12)]
    enqueue = _enqueue(stores.queueing, clock)
    drain = Drain(
        stores.queueing.queues,
        unlucky,
        MemoryWakeUps(MemoryFifo(clock.now)),
        clock,
        Attempt(unlucky, clock, ledger.handlers, take, unlucky.run),
        10_000,
    )
    for start in range(0, len(transfers), 4):
        enqueue(
            user.id,
            user.session,
            [Work("transfer", json.dumps(t), MANY) for t in transfers[start : start + 4]],
        )
        _drain_whatever_happens(drain, user, clock)

    outcomes = [user.written(seq) for seq in range(1, len(transfers) + 1)]
    assert unlucky.crashes > 3
    assert {outcome.status for outcome in outcomes} == {Status.SUCCEEDED, Status.FAILED}
    assert _balances(ledger, user) == _expected(transfers, outcomes)


def test_an_effect_whose_condition_does_not_hold_leaves_nothing_written(
    stores: Stores, user: User, ledger: Ledger
) -> None:
    ledger.balance(user.id, "checking", cents=100).save()  # and there is no account "savings"
    clock = ManualClock(NOW)
    store, wake_ups = stores.queueing, MemoryWakeUps(MemoryFifo(clock.now))
    work = Work("transfer", '{"source":"checking","target":"savings","cents":30}', max_attempts=1)
    _enqueue(store, clock)(user.id, user.session, [work])
    running = partial(run, application=ledger.application)
    attempt = Attempt(store.requests, clock, ledger.handlers, take, running)
    Drain(store.queues, store.requests, wake_ups, clock, attempt, 10_000)(user.id, Unheld())

    outcome = user.written(1)
    assert (outcome.status, outcome.error and outcome.error.kind) == (Status.FAILED, "conflict")
    assert _balances(ledger, user) == {"checking": 100}


def test_effects_on_a_table_that_is_missing_fail_the_attempt_in_words(stores: Stores, user: User) -> None:
    user.send()
    running = user.begin(1)
    effect = {"Put": {"TableName": "no-such-table", "Item": {"id": {"S": "1"}}}}

    with pytest.raises(EffectRefusedError, match=r"^The effects could not be written\.$"):
        stores.queueing.requests.finish(running, Outcome(Status.SUCCEEDED, result="1"), NOW, [effect])

    assert user.written(1) == running


def _enqueue(store: Store, clock: ManualClock) -> Enqueue:
    wake_ups = MemoryWakeUps(MemoryFifo(clock.now))
    return Enqueue(store.queues, store.requests, store.keys, wake_ups, clock)


def _transfer(chance: random.Random) -> dict[str, Any]:
    source, target = chance.sample(sorted(START_CENTS), 2)
    return {"source": source, "target": target, "cents": chance.randint(1, 400)}


def _drain_whatever_happens(drain: Drain, user: User, clock: ManualClock) -> None:
    for _ in range(MANY):
        with suppress(CrashError):
            if isinstance(drain(user.id, Unheld()), Done):
                return
        clock.advance(15_000)  # until the attempt that was left behind is given up
    pytest.fail("the queue does not drain")


def _balances(ledger: Ledger, user: User) -> dict[str, int]:
    return {item.account: int(item.cents) for item in ledger.balance.query(user.id, consistent_read=True)}


def _expected(transfers: list[dict[str, Any]], outcomes: list[Request]) -> dict[str, int]:
    """What the outcomes say happened, in order."""
    balances = dict(START_CENTS)
    for transfer, outcome in zip(transfers, outcomes, strict=True):
        enough = balances[transfer["source"]] >= transfer["cents"]
        assert (outcome.status is Status.SUCCEEDED) == enough
        if enough:
            balances[transfer["source"]] -= transfer["cents"]
            balances[transfer["target"]] += transfer["cents"]
            assert json.loads(outcome.result or "") == {"left": balances[transfer["source"]]}
    return balances
