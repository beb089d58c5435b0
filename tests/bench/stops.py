"""`python -m tests.bench.stops`: from the call that stops a running request to its outcome.

Of handlers that end as soon as they see the stop, and of handlers that catch even what interrupts them, so
that their process has to be ended. Takes three minutes, on a machine that does nothing else.
"""

import time
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from infra.apps import folder
from infra.deploy import Options, deploy
from infra.target import local_cloud
from local_cloud.api_client import Api, Session
from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.bench.lone import moment
from tests.conftest import api_url_of
from tests.e2e.users import sign_up
from tests.free_ports import free_ports
from tests.patience import RECOVERY_S

STACK = "stops"
APPLICATION = Path(__file__).parents[1] / "histories/application"
AIMS_S = {"heeding": 2, "heeding_long": 2, "stubborn": 7, "stubborn_long": 7}
STOPS = 8  # of each
LASTS_S = 39
UP_TO_S = 2.5  # after its start a request is stopped: at any moment between two looks


def main() -> None:
    with (
        TemporaryDirectory(prefix="gurukool-bench-") as directory,
        Emulator(free_ports(), Path(directory)) as emulator,
    ):
        deploy(
            local_cloud(emulator.edge_url, STACK), {}, lambda _: None, Options(app=folder.read(APPLICATION))
        )
        with Api(api_url_of(emulator, STACK)) as api:
            session, chance = sign_up(api).session, Random(1)
            for type_, aim in AIMS_S.items():
                took = [stopped_seconds(session, type_, chance.uniform(0, UP_TO_S)) for _ in range(STOPS)]
                print(f"{type_}: median {median(took):.2f} s, longest {max(took):.2f} s (aim {aim} s)")


def stopped_seconds(session: Session, type_: str, after: float) -> float:
    """From the stop to the outcome. Raises RuntimeError if the request does not run, or is not cancelled."""
    seq = session.enqueue(type_, LASTS_S)["seq"]
    if not wait_until(lambda: session.request(seq)["status"] == "running", RECOVERY_S):
        raise RuntimeError(f"The request does not start: {session.request(seq)}")
    time.sleep(after)
    session.ask("POST", f"/api/queue/requests/{seq}/stop")
    wait_until(lambda: session.request(seq)["status"] != "running", RECOVERY_S)
    ended = session.request(seq)
    if ended["status"] != "cancelled" or not ended["stop_requested_at"] or not ended["finished_at"]:
        raise RuntimeError(f"The request was not stopped: {ended}")
    return moment(ended["finished_at"]) - moment(ended["stop_requested_at"])


if __name__ == "__main__":
    main()
