"""The deployed stack under load and at rest, seen from outside. Seconds, by this machine's clock."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import median

from local_cloud.api_client import Api, Session
from tests.bench.lone import lone_seconds, moment, sign_up, take

CLIENTS = 8
USERS = 20
REQUESTS = 15
LONE = 30
SLEEPERS = 8
SLEEPS = 3
BATCH = 100


@dataclass(frozen=True)
class Load:
    per_second: float  # requests sent, carried out and dequeued
    health: float  # median of a call that does nothing
    lone: float  # median from sending a request to having its outcome, on a stack at rest
    one_user: float  # short requests a second of a single user, while they last
    sleeping: float  # SLEEPERS users with SLEEPS times `sleep 1` each


def measure(api_url: str) -> Load:
    with Api(api_url) as api:
        users = _together([lambda: sign_up(api)] * USERS)
        _round(users)  # the functions are started by it
        per_second = USERS * REQUESTS / _seconds(lambda: _round(users))
        health = median(_seconds(lambda: api.ask("GET", "/api/health")) for _ in range(LONE))
        lone = median(lone_seconds(users[0], LONE))
        one_user = _busy(users[0])
        sleeping = _seconds(lambda: _together([partial(_sleep, user) for user in users[:SLEEPERS]]))
    return Load(per_second, health, lone, one_user, sleeping)


def _round(users: list[Session]) -> None:
    """Everybody sends REQUESTS and takes their outcomes; CLIENTS calls at a time."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda user: user.enqueue("echo", {}), users * REQUESTS))
        list(clients.map(take, users * REQUESTS))


def _busy(user: Session) -> float:
    """BATCH requests at once: how many a second, by the worker's own times."""
    batch = {"requests": [{"type": "echo", "payload": {}}] * BATCH}
    last = user.ask("POST", "/api/queue/enqueue/batch", batch)["requests"][-1]["seq"]
    finished = user.request(last, wait=20)["finished_at"]
    started = user.request(last - BATCH + 1)["started_at"]
    return BATCH / (moment(finished) - moment(started))


def _sleep(user: Session) -> None:
    for _ in range(SLEEPS):
        user.enqueue("sleep", {"seconds": 1})
    for _ in range(SLEEPS):
        take(user)


def _together[T](jobs: list[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(lambda job: job(), jobs))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
