"""`python -m tests.bench.others`: what others notice of a user who has 10,000 requests, or 500 waiting calls.

Each is measured turn about with the stack at rest, in one run: the ratios hold on other machines too. Takes
five minutes, on a stack of its own. On a machine that does other work, give fewer waiters (`--waiters 100`):
while calls are slow, each one more needs a process more.
"""

import argparse
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from urllib3 import Timeout

from local_cloud import deployment
from local_cloud.api_client import LONGEST_WAIT, Api, Session
from local_cloud.emulator import Emulator
from local_cloud.ports import free_ports
from local_cloud.settings import Settings
from tests.bench.lone import lone_seconds
from tests.e2e.users import User, sign_up

ROUNDS = 3
LONE = 120  # of each round
BACKLOG, BATCH = 10_000, 100
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
        show(waiters, other, lambda: _waiters(crowded, sign_up(crowded), count), PERIOD_S)
        show(f"{BACKLOG:,} requests of one user", other, lambda: _backlog(sign_up(api).session))


def show(what: str, other: Session, busy: Callable[[], Callable[[], object]], seconds: float = 0) -> None:
    """`busy` makes somebody busy, and returns what ends that: after so many seconds at the earliest."""
    alone, beside = list[float](), list[float]()
    for _ in range(ROUNDS):
        alone += lone_seconds(other, LONE)
        end, begun = busy(), time.monotonic()
        beside += lone_seconds(other, LONE)
        while time.monotonic() < begun + seconds:
            beside += lone_seconds(other, 1)
        end()
    print(f"{what}: what another user's lone request takes, {len(alone)} at rest and {len(beside)} beside")
    for name, of in (("median", median), ("p99", lambda times: quantiles(times, n=100)[-1])):
        rest, then = of(alone), of(beside)
        print(f"  {name}: {rest * 1000:.0f} ms at rest, {then * 1000:.0f} ms beside, ratio {then / rest:.2f}")


def _backlog(user: Session) -> Callable[[], object]:
    user.ask("POST", "/api/queue/pause")
    batch = {"requests": [{"type": "echo", "payload": {}}] * BATCH}
    for _ in range(BACKLOG // BATCH):
        user.ask("POST", "/api/queue/enqueue/batch", batch)
    user.ask("POST", "/api/queue/resume")

    def end() -> None:
        if not user.queue()["depth"]:
            raise RuntimeError("The backlog was gone before the measurement was over.")
        user.ask("POST", "/api/queue/purge")

    return end


def _waiters(api: Api, user: User, count: int) -> Callable[[], object]:
    """Each of them calls with `wait`, and again after PERIOD_S, whenever it was answered.

    They begin one after the other: each call that comes at the same moment as another needs a process here.
    """
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

    pool = ThreadPoolExecutor(count)
    running = [pool.submit(wait, n) for n in range(count)]

    def end() -> None:
        over.set()
        for call in running:
            call.result()
        pool.shutdown()
        waited = sum(seconds > LONGEST_WAIT - 1 for seconds in took)
        print(f"  {waited} calls have waited, {len(took) - waited} were answered at once")

    return end


if __name__ == "__main__":
    main()
