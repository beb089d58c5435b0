"""`python -m tests.bench.others`: what others notice of a user who has 10,000 requests, or 500 waiting calls.

Each is measured turn about with the stack at rest, in one run: the ratios hold on other machines too. Takes
ten minutes, on a stack of its own. On a machine that does other work, give fewer waiters (`--waiters 100`):
while calls are slow, each one more needs a process more.

Here all of "AWS" shares the processors of one machine, so others also notice the work that is done for that
user. Two measurements keep this apart from what the backlog does: requests that wait for another service
most of their time, as most handlers do, and a user who has as much to do, but only a few requests waiting.
"""

import argparse
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from urllib3 import Timeout

from local_cloud import deployment
from local_cloud.api_client import LONGEST_WAIT, Api, Session
from local_cloud.emulator import Emulator
from local_cloud.settings import Settings
from tests.bench.lone import lone_seconds
from tests.e2e.users import sign_up
from tests.free_ports import free_ports

type Request = dict[str, Any]

ROUNDS = 3
LONE = 120  # of each round
BACKLOG, FEW, BATCH = 10_000, 200, 100
ECHO: Request = {"type": "echo", "payload": {}}
WAITING: Request = {"type": "sleep", "payload": {"seconds": 0.05}}  # a call of another service
SESSIONS = 10
PERIOD_S = 60
PATIENT = Timeout(connect=30, read=60)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.others")
    parser.add_argument("--waiters", type=int, default=500, help="would-be waiting calls of one user")
    measure(parser.parse_args().waiters)


def measure(count: int) -> None:
    with (
        TemporaryDirectory(prefix="gurukool-bench-") as directory,
        Emulator(free_ports(), Path(directory)) as emulator,
        Api(emulator.api_url) as api,
        Api(emulator.api_url, connections=count, timeout=PATIENT) as crowded,
    ):
        deployment.deploy(emulator, Settings(choices={"ACCESS_TOKEN_SECONDS": "3600"}), lambda _: None)
        other = sign_up(api).session
        lone_seconds(other, 10)  # the functions are started by it
        waiters = f"{count} would-be waiters of one user, each with a call in {PERIOD_S} seconds"
        compare(other, REST, Situation(waiters, lambda: _waiters(crowded, count), PERIOD_S))
        many = f"{BACKLOG:,} requests of one user waiting"
        compare(other, REST, Situation(f"{many}, `sleep` of 50 ms", lambda: _backlog(api, WAITING)))
        echoes = Situation(f"{many}, `echo`", lambda: _backlog(api, ECHO))
        compare(other, REST, echoes)
        few = f"never more than {FEW} requests of one user waiting"
        compare(other, Situation(f"{few}, `echo`", lambda: _few(api)), echoes)


@dataclass(frozen=True, slots=True)
class Situation:
    name: str
    make: Callable[[], AbstractContextManager[object]] = nullcontext
    seconds: float = 0  # how long it lasts at least


REST = Situation("at rest")


def compare(other: Session, *both: Situation) -> None:
    times = [list[float](), list[float]()]
    for _ in range(ROUNDS):
        for situation, took in zip(both, times, strict=True):
            with situation.make():
                end = time.monotonic() + situation.seconds
                took.extend(lone_seconds(other, LONE))
                while time.monotonic() < end:
                    took.extend(lone_seconds(other, 1))
    print("Another user's lone request:")
    for situation, took in zip(both, times, strict=True):
        middle, most = median(took) * 1000, _p99(took) * 1000
        print(f"  {len(took)}, {situation.name}: median {middle:.0f} ms, p99 {most:.0f} ms")
    before, beside = times
    print(f"  ratio: median {median(beside) / median(before):.2f}, p99 {_p99(beside) / _p99(before):.2f}")


def _p99(took: list[float]) -> float:
    return quantiles(took, n=100)[-1]


@contextmanager
def _backlog(api: Api, request: Request) -> Iterator[None]:
    user = sign_up(api).session
    user.ask("POST", "/api/queue/pause")
    for _ in range(BACKLOG // BATCH):
        _send(user, request)
    user.ask("POST", "/api/queue/resume")
    yield
    if not user.queue()["depth"]:
        raise RuntimeError("The backlog was gone before the measurement was over.")
    user.ask("POST", "/api/queue/purge")


@contextmanager
def _few(api: Api) -> Iterator[None]:
    user, over = sign_up(api).session, threading.Event()

    def refill() -> None:
        while not over.wait(0.2):
            if user.queue()["depth"] <= FEW - BATCH:
                _send(user, ECHO)

    with ThreadPoolExecutor(1) as pool:
        _send(user, ECHO)
        running = pool.submit(refill)
        yield
        over.set()
        running.result()
    user.ask("POST", "/api/queue/purge")


def _send(user: Session, request: Request) -> None:
    user.ask("POST", "/api/queue/enqueue/batch", {"requests": [request] * BATCH})


@contextmanager
def _waiters(api: Api, count: int) -> Iterator[None]:
    """Each of them calls with `wait`, and again after PERIOD_S, whenever it was answered.

    They begin one after the other: each call that comes at the same moment as another needs a process here.
    """
    user = sign_up(api)
    sessions = [user.session, *(api.sign_in(user.username, user.password) for _ in range(SESSIONS - 1))]
    over, took = threading.Event(), list[float]()

    def wait(n: int) -> None:
        over.wait(PERIOD_S * n / count)
        while not over.is_set():
            begun = time.monotonic()
            answer = sessions[n % SESSIONS].call("GET", f"/api/queue/dequeue?wait={LONGEST_WAIT}")
            if answer.status != HTTPStatus.NO_CONTENT:
                raise RuntimeError(f"A waiting call was answered with {answer.status}: {answer.body}")
            took.append(time.monotonic() - begun)
            over.wait(max(0.0, PERIOD_S - took[-1]))

    with ThreadPoolExecutor(count) as pool:
        running = [pool.submit(wait, n) for n in range(count)]
        yield
        over.set()
        for call in running:
            call.result()
    waited = sum(seconds > LONGEST_WAIT - 1 for seconds in took)
    print(f"  {waited} calls have waited, {len(took) - waited} were answered at once")


if __name__ == "__main__":
    main()
