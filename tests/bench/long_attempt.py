"""`python -m tests.bench.long_attempt`: a request of five minutes whose worker is killed after one.

What the crash costs, and what another user notices of it. Takes seven minutes, on a machine that does
nothing else.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from infra.apps import folder
from infra.deploy import Options, deploy
from infra.target import local_cloud
from local_cloud.api_client import Api, RequestView, Session
from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.bench.lone import lone_seconds, moment
from tests.conftest import api_url_of
from tests.e2e.crash import kill_worker_of
from tests.e2e.users import User, sign_up
from tests.free_ports import free_ports

STACK = "long"
ASSISTANT = Path(__file__).parents[2] / "examples/assistant"
SLOWLY = {"SettingWordsPerSecond": "1"}
WORDS = 292  # the model says a few more
KILLED_AFTER_S = 60
LONE = 30
LONGEST_S = 400  # for an attempt


def main() -> None:
    with (
        TemporaryDirectory(prefix="gurukool-bench-") as directory,
        _stack(Path(directory)) as deployed,
        Api(deployed.api_url) as api,
    ):
        measure(deployed, sign_up(api), sign_up(api))


def measure(deployed: "Deployed", talker: User, other: User) -> None:
    """Prints what is measured, and raises RuntimeError if the request does not succeed."""
    lone_seconds(other.session, 5)  # the functions are started by it
    alone = lone_seconds(other.session, LONE)
    seq = talker.session.enqueue("chat", {"text": "la " * WORDS})["seq"]
    began = time.monotonic()
    beside = lone_seconds(other.session, LONE)
    time.sleep(max(0, KILLED_AFTER_S - (time.monotonic() - began)))
    killed = time.time()
    kill_worker_of(deployed, talker, "LongWorkerFunction")
    beside += lone_seconds(other.session, LONE)
    second = _second_attempt(talker.session, seq)
    beside += lone_seconds(other.session, LONE)
    ended = _outcome(talker.session, seq)
    after = lone_seconds(other.session, LONE)
    noticed = moment(second["started_at"]) - killed
    ran = moment(ended["finished_at"]) - moment(ended["started_at"])
    at_rest, meanwhile = median(alone + after), median(beside)
    print(f"outcome: {ended['status']}, attempts: {ended['attempts']}, the last one ran for {ran:.0f} s")
    print(f"from the end of its worker to the second attempt: {noticed:.1f} s")
    print(f"another user's lone request at rest: {at_rest * 1000:.0f} ms")
    print(f"the same meanwhile: {meanwhile * 1000:.0f} ms, ratio {meanwhile / at_rest:.2f}")


class Deployed:
    """What `kill_worker_of` needs of a stack, and the address of its API."""

    def __init__(self, emulator: Emulator, outputs: dict[str, str]) -> None:
        self.emulator = emulator
        self.outputs = outputs
        self.api_url = api_url_of(emulator, STACK)


@contextmanager
def _stack(directory: Path) -> Iterator[Deployed]:
    with Emulator(free_ports(), directory) as emulator:
        target = local_cloud(emulator.edge_url, STACK)
        outputs = deploy(target, SLOWLY, lambda _: None, Options(app=folder.read(ASSISTANT)))
        yield Deployed(emulator, outputs)


def _second_attempt(session: Session, seq: int) -> RequestView:
    return _once(session, seq, lambda request: request["attempts"] > 1)


def _outcome(session: Session, seq: int) -> RequestView:
    return _once(session, seq, lambda request: request["status"] == "succeeded")


def _once(session: Session, seq: int, condition: Callable[[RequestView], bool]) -> RequestView:
    """The request as soon as the condition holds. Raises RuntimeError if that takes too long."""
    found = session.request(seq)

    def holds() -> bool:
        nonlocal found
        found = session.request(seq)
        return condition(found)

    if not wait_until(holds, LONGEST_S):
        raise RuntimeError(f"The request stands: {found}")
    return found


if __name__ == "__main__":
    main()
