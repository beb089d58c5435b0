"""`python -m tests.bench.callbacks`: what a receiver that is down costs the requests of its own user.

And how soon outcomes arrive at a receiver that fails a third of the calls. On a stack of its own, in a minute
or two.
"""

import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from infra.deploy import deploy
from infra.target import local_cloud
from local_cloud.api_client import Api, Session
from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.answers.callback_service import OutcomeReceiver
from tests.bench.lone import sign_up, take
from tests.conftest import api_url_of
from tests.free_ports import free_ports

STACK = "callbacks"
LONE = 20  # requests in each of three rounds
USERS, EACH = 4, 10
LONGEST_S = 300


def main() -> None:
    with ExitStack() as stack:
        receiver = stack.enter_context(OutcomeReceiver())
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="gurukool-bench-")))
        emulator = stack.enter_context(Emulator(free_ports(), directory))
        parameters = {"CallbackHosts": receiver.origin}
        deploy(local_cloud(emulator.edge_url, STACK), parameters, lambda _: None)
        api = stack.enter_context(Api(api_url_of(emulator, STACK)))
        measure_flaky([sign_up(api) for _ in range(USERS)], receiver)
        measure_down(sign_up(api), receiver)


def measure_down(user: Session, receiver: OutcomeReceiver) -> None:
    """Prints the ratio of a request with a callback to one without, while the receiver is down."""
    receiver.pushes.clear()
    receiver.answer = lambda number: 503
    _seconds(user, {}, 5)  # the functions are started by it
    plain, owing = list[float](), list[float]()
    for _ in range(3):
        plain += _seconds(user, {}, LONE)
        owing += _seconds(user, {"callback": receiver.url}, LONE)
    print(f"a lone request: {median(plain) * 1000:.0f} ms; its receiver down: {median(owing) * 1000:.0f} ms")
    print(f"ratio {median(owing) / median(plain):.2f}, {len(receiver.pushes)} calls have failed meanwhile")


def measure_flaky(users: list[Session], receiver: OutcomeReceiver) -> None:
    """Prints when all have arrived. Raises RuntimeError if they do not, or in another order."""
    receiver.answer = lambda number: 500 if number % 3 == 0 else 200
    began = time.monotonic()
    for user in users:
        orders = [{"type": "echo", "callback": receiver.url}] * EACH
        user.ask("POST", "/api/queue/enqueue/batch", {"requests": orders})
    if not wait_until(lambda: all(_is_done(user) for user in users), LONGEST_S):
        raise RuntimeError(f"After {LONGEST_S} s outcomes are still owed.")
    seen = dict[str, list[int]]()
    for push in receiver.accepted:
        numbers = seen.setdefault(push.outcome["user"], [])
        if push.outcome["seq"] not in numbers:
            numbers.append(push.outcome["seq"])
    everything = list(range(1, EACH + 1))
    if [found for found in seen.values() if found != everything] or len(seen) != len(users):
        raise RuntimeError(f"The receiver got {seen}.")
    took, calls = time.monotonic() - began, len(receiver.pushes)
    print(f"{USERS * EACH} outcomes of {USERS} users arrived by {calls} calls, in order, within {took:.0f} s")


def _seconds(user: Session, more: dict[str, str], count: int) -> list[float]:
    return [_lone(user, more) for _ in range(count)]


def _lone(user: Session, more: dict[str, str]) -> float:
    began = time.perf_counter()
    user.ask("POST", "/api/queue/enqueue", {"type": "echo", **more})
    take(user)
    return time.perf_counter() - began


def _is_done(user: Session) -> bool:
    queue = user.queue()
    return bool(queue["head"] == EACH and queue["callbacks"] is None)


if __name__ == "__main__":
    main()
