"""The composition root: what a function needs is made when it is first asked for, and then kept.

Imports stay inside the functions on purpose: the worker must not pay for what only the HTTP API needs.
"""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.lane import Lane
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.adapters.runtime.overrun_watch import OverrunWatch
    from chalicelib.adapters.security.secret_keys import SecretKeys
    from chalicelib.core.queueing.application import Application
    from chalicelib.core.queueing.controls import Controls
    from chalicelib.core.queueing.dequeue import Dequeue
    from chalicelib.core.queueing.drain import Drain
    from chalicelib.core.queueing.enqueue import Enqueue
    from chalicelib.core.queueing.outcomes import Outcomes
    from chalicelib.core.queueing.ports import Lease, Log, WakeUps
    from chalicelib.core.queueing.registry import Registry
    from chalicelib.core.queueing.sweep import Sweep
    from chalicelib.core.queueing.waits import Waits, WaitSlots
    from chalicelib.core.queueing.watch import Watch
    from chalicelib.webhooks.deliverer import Deliverer

CLOCK = SystemClock()
ROOT = Path(__file__).parents[1]  # of what is shipped; the application's handlers are there
# In the quick lane a turn is this part of the quantum. A turn costs one wake-up, some 40 ms on AWS.
QUICK_TURNS = 5


@cache
def settings() -> Settings:
    return Settings.from_environment(os.environ)


@cache
def tables() -> Any:
    from chalicelib.adapters.dynamodb.tables import TableNames, Tables

    found = settings().resources
    return Tables(
        TableNames(
            queues=found.get("QUEUES_TABLE", ""),
            requests=found.get("REQUESTS_TABLE", ""),
            accounts=found.get("ACCOUNTS_TABLE", ""),
            sessions=found.get("SESSIONS_TABLE", ""),
            idempotency=found.get("IDEMPOTENCY_TABLE", ""),
            audit=found.get("AUDIT_TABLE", ""),
        )
    )


@cache
def log() -> Log:
    from chalicelib.adapters.dynamodb.log import DynamoLog

    return DynamoLog(tables(), settings().queue_limit)


@cache
def _sqs() -> Any:
    from chalicelib.adapters.sqs.wake_ups import create_client

    return create_client(tables().connection.session)


@cache
def wake_ups() -> WakeUps:
    from chalicelib.adapters.sqs.wake_ups import SqsWakeUps

    return SqsWakeUps(_sqs(), {lane: _wake_ups_url(lane) for lane in Lane})


def lease(receipt_handle: str, lane: Lane) -> Lease:
    """Of a wake-up that was received from the lane's queue."""
    from chalicelib.adapters.sqs.wake_ups import SqsLease

    return SqsLease(_sqs(), _wake_ups_url(lane), receipt_handle)


def _wake_ups_url(lane: Lane) -> str:
    return settings().resource("SLOW_WAKE_UPS_URL" if lane is Lane.SLOW else "WAKE_UPS_URL")


def keys(resource: str) -> SecretKeys:
    from chalicelib.adapters.dynamodb.tables import CONFIG
    from chalicelib.adapters.security.secret_keys import SecretKeys

    client = tables().connection.session.create_client("secretsmanager", config=CONFIG)
    return SecretKeys(client, settings().resource(resource))


@cache
def deliverer() -> Deliverer:
    from chalicelib.webhooks.deliverer import Deliverer

    return Deliverer(settings().allowed_hosts, keys("WEBHOOK_KEYS_ARN"))


@cache
def handlers() -> Registry:
    from chalicelib.handlers import PACKAGE, load
    from chalicelib.webhooks.handler import http_handler

    http = http_handler(lambda: settings().allowed_hosts, deliverer)
    shipped = ROOT if (ROOT / PACKAGE).is_dir() else None
    return load(samples=settings().sample_handlers, own=[http], application=shipped)


@cache
def application() -> Application:
    from chalicelib.core.queueing.application import Application

    return Application()


@cache
def enqueue() -> Enqueue:
    from chalicelib.adapters.runtime.side_by_side import each
    from chalicelib.core.queueing.enqueue import Enqueue

    return Enqueue(log(), wake_ups(), CLOCK, each, handlers())


@cache
def controls() -> Controls:
    from chalicelib.core.queueing.controls import Controls

    return Controls(log(), wake_ups(), CLOCK, enqueue())


@cache
def dequeue() -> Dequeue:
    from chalicelib.core.queueing.dequeue import Dequeue

    return Dequeue(log(), CLOCK, waits())


@cache
def outcomes() -> Outcomes:
    from chalicelib.core.queueing.outcomes import Outcomes

    return Outcomes(log(), CLOCK, waits())


@cache
def watch() -> Watch:
    from chalicelib.core.queueing.watch import Watch

    return Watch(log(), CLOCK, waits())


@cache
def wait_slots() -> WaitSlots:
    from chalicelib.adapters.dynamodb.sessions import DynamoSessions

    return DynamoSessions(tables())


@cache
def waits() -> Waits:
    from chalicelib.core.queueing.waits import Waits

    return Waits(wait_slots(), CLOCK)


@cache
def overrun_watch() -> OverrunWatch:
    from chalicelib.adapters.runtime.overrun_watch import OverrunWatch

    return OverrunWatch(_note_overrun)


def _note_overrun(user_id: str, seq: int, mark: str) -> None:
    """In the watching process, which was forked from the worker's."""
    tables().forget_connections()
    log().note_overrun(user_id, seq, mark)


@cache
def drain(lane: Lane) -> Drain:
    from chalicelib.adapters.runtime.runner import run
    from chalicelib.core.queueing.attempt import Attempt
    from chalicelib.core.queueing.drain import Drain

    running = partial(run, watch=overrun_watch(), application=application())
    attempt = Attempt(log(), CLOCK, handlers(), running)
    quantum_ms = settings().quantum_seconds * 1000
    turn_ms = quantum_ms if lane is Lane.SLOW else quantum_ms // QUICK_TURNS
    return Drain(log(), wake_ups(), CLOCK, attempt, turn_ms, lane=lane)


@cache
def sweep() -> Sweep:
    from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
    from chalicelib.core.queueing.sweep import Sweep

    return Sweep(log(), DynamoAccounts(tables()), wake_ups(), CLOCK)
