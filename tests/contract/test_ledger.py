"""The worked example of docs/effects.md on a real store: money is moved exactly once, whatever crashes."""

import importlib.util
import json
import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.memory.fifo import MemoryFifo
from chalicelib.adapters.memory.wake_ups import MemoryWakeUps
from chalicelib.adapters.runtime.runner import run
from chalicelib.core.errors import EffectRefusedError
from chalicelib.core.queueing.attempt import Attempt, Result
from chalicelib.core.queueing.drain import Done, Drain
from chalicelib.core.queueing.enqueue import Enqueue, Work
from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.ports import Store
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.request_store import RequestStore
from chalicelib.core.time import Millis
from tests.contract.backends import EMULATOR, MOTO
from tests.contract.stores import Stores
from tests.contract.users import NOW, User

EXAMPLE = Path(__file__).parents[2] / "docs/examples/ledger.py"
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
    chance: random.Random = field(default_factory=lambda: random.Random(20_261_121))
    crashes: int = 0

    def maybe_crash(self) -> None:
        if self.chance.random() < 0.25:
            self.crashes += 1
            raise CrashError

    def run(self, handler: Handler, request: Request, seconds: float) -> Result | Failure:
        self.maybe_crash()
        ran = run(handler, request, seconds)
        self.maybe_crash()
        return ran

    def finish(
        self, running: Request, outcome: Outcome, now: Millis, effects: Sequence[object] = ()
    ) -> Request:
        finished = self.requests.finish(running, outcome, now, effects)
        self.maybe_crash()
        return finished

    def __getattr__(self, name: str) -> Any:
        return getattr(self.requests, name)


@pytest.fixture(scope="module")
def ledger(backend: str) -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("ledger_example", EXAMPLE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.Balance.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    yield module
    boto3.client("dynamodb").delete_table(TableName=module.Balance.Meta.table_name)


def test_money_is_moved_exactly_once_however_often_the_worker_crashes(
    stores: Stores, user: User, ledger: ModuleType
) -> None:
    for account, cents in START_CENTS.items():
        ledger.Balance(user.id, account, cents=cents).save()
    clock, unlucky = ManualClock(NOW), Unlucky(stores.queueing.requests)
    chance = random.Random(7)
    transfers = [_transfer(chance) for _ in range(12)]
    enqueue = _enqueue(stores.queueing, clock)
    drain = Drain(
        stores.queueing.queues,
        unlucky,
        MemoryWakeUps(MemoryFifo(clock.now)),
        clock,
        Attempt(unlucky, clock, Registry.of(ledger.transfer), unlucky.run),
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
    stores: Stores, user: User, ledger: ModuleType
) -> None:
    ledger.Balance(user.id, "checking", cents=100).save()  # and there is no account "savings"
    clock = ManualClock(NOW)
    store, wake_ups = stores.queueing, MemoryWakeUps(MemoryFifo(clock.now))
    work = Work("transfer", '{"source":"checking","target":"savings","cents":30}', max_attempts=1)
    _enqueue(store, clock)(user.id, user.session, [work])
    attempt = Attempt(store.requests, clock, Registry.of(ledger.transfer), run)
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


def _balances(ledger: ModuleType, user: User) -> dict[str, int]:
    return {item.account: int(item.cents) for item in ledger.Balance.query(user.id, consistent_read=True)}


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
