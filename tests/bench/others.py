"""`python -m tests.bench.others`: what others notice of a user who has 10,000 requests, or 500 waiting calls.

Each is measured turn about with the stack at rest, in one run: the ratios hold on other machines too. Takes
three minutes, on a stack of its own.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from urllib3 import Timeout

from local_cloud import deployment
from local_cloud.api_client import LONGEST_WAIT, Api, Session
from local_cloud.emulator import Emulator
from local_cloud.ports import free_ports
from local_cloud.settings import Settings
from local_cloud.waiting import wait_until
from tests.bench.lone import lone_seconds
from tests.e2e.users import User, sign_up

ROUNDS = 3
LONE = 120  # of each round
BACKLOG, BATCH = 10_000, 100
WAITERS, SESSIONS = 500, 10
PATIENCE_S = 120
PATIENT = Timeout(connect=30, read=60)


def main() -> None:
    with (
        TemporaryDirectory(prefix="gurukool-bench-") as directory,
        Emulator(free_ports(), Path(directory)) as emulator,
        Api(emulator.api_url) as api,
        Api(emulator.api_url, connections=WAITERS, timeout=PATIENT) as crowded,
    ):
        deployment.deploy(emulator, Settings(choices={"ACCESS_TOKEN_SECONDS": "3600"}), lambda _: None)
        other = sign_up(api).session
        lone_seconds(other, 10)  # the functions are started by it
        show(f"{WAITERS} would-be waiters of one user", other, lambda: _waiters(crowded, sign_up(crowded)))
        show(f"{BACKLOG:,} requests of one user", other, lambda: _backlog(sign_up(api).session))


def show(what: str, other: Session, busy: Callable[[], Callable[[], object]]) -> None:
    """`busy` makes somebody busy, and returns what ends that."""
    alone, beside = list[float](), list[float]()
    for _ in range(ROUNDS):
        alone += lone_seconds(other, LONE)
        end = busy()
        beside += lone_seconds(other, LONE)
        end()
    print(f"{what}: what another user's lone request takes, {len(alone)} of each")
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


def _waiters(api: Api, user: User) -> Callable[[], object]:
    """Each of them calls with `wait`, and again when that time is over, even if it was answered before.

    They begin one after the other: each call that comes at the same moment as another needs a process here.
    """
    sessions = [user.session, *(api.sign_in(user.username, user.password) for _ in range(SESSIONS - 1))]
    over, asked, waited = threading.Event(), Counter[int](), Counter[bool]()

    def wait(n: int) -> None:
        over.wait(LONGEST_WAIT * n / WAITERS)
        while not over.is_set():
            begun = time.monotonic()
            answer = sessions[n % SESSIONS].call("GET", f"/api/queue/dequeue?wait={LONGEST_WAIT}")
            took = time.monotonic() - begun
            asked[answer.status] += 1
            waited[took > LONGEST_WAIT - 1] += 1
            over.wait(max(0.0, LONGEST_WAIT - took))

    pool = ThreadPoolExecutor(WAITERS)
    running = [pool.submit(wait, n) for n in range(WAITERS)]
    if not wait_until(lambda: asked.total() >= WAITERS - 2 * SESSIONS, PATIENCE_S):
        raise RuntimeError(f"Of {WAITERS} waiting calls, {asked.total()} were answered.")

    def end() -> None:
        over.set()
        for call in running:
            call.result()
        pool.shutdown()
        print(
            f"  {waited[True]} calls waited, {waited[False]} were answered at once; by status: {dict(asked)}"
        )

    return end


if __name__ == "__main__":
    main()
