"""`python -m local_cloud.demo`: five users send twenty requests each to the running stack.

The exit status is 1 if a request was lost, or if a user's outcomes were out of order.
"""

import random
import secrets
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from urllib3.exceptions import HTTPError

from bootstrap.errors import SetupError
from local_cloud.api_client import Api, RefusedError, RequestView, Session
from local_cloud.demo_results import Lane, is_right, summary
from local_cloud.errors import LocalCloudError
from local_cloud.owners import stranger
from local_cloud.settings import load
from local_cloud.waiting import answers, responds

NAMES = ("ada", "alan", "barbara", "donald", "grace")
REQUESTS = 20
LONGEST_WORK = 0.25  # seconds

type Report = Callable[[], None]


def main() -> None:
    console = Console()
    try:
        lanes, seconds = play(console)
    except (SetupError, RefusedError, HTTPError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Requests that were accepted are still carried out.")
    console.print(_table(lanes))
    console.print(summary(lanes, seconds))
    sys.exit(0 if is_right(lanes) else 1)


def play(console: Console) -> tuple[list[Lane], float]:
    """The results of every user's requests, and the seconds that all of them took."""
    started = time.monotonic()
    url, password = _running_stack(console), secrets.token_urlsafe(12)
    with Api(url) as api, _bars(console) as bars, ThreadPoolExecutor(2 * len(NAMES)) as clients:
        sessions = [_sign_up(api, name, password) for name in NAMES]
        console.print(f"To watch, sign in as {sessions[0][0]} with the password {password}")
        users = []
        for name, (username, session) in zip(NAMES, sessions, strict=True):
            bar = bars.add_task(name, total=REQUESTS)
            sent = clients.submit(_send, session)
            taken = clients.submit(_take, session, partial(bars.advance, bar))
            users.append((username, sent, taken))
        lanes = [Lane(username, sent.result(), taken.result()) for username, sent, taken in users]
    return lanes, time.monotonic() - started


def _running_stack(console: Console) -> str:
    """The address of its API. Raises LocalCloudError if it does not run."""
    settings = load()
    port = settings.api_port
    if not answers(port, "/api/health", timeout=10):
        raise LocalCloudError(
            f"No stack answers at http://localhost:{port}. Start it with `make up`, "
            "or give its port with PORT=…."
        )
    other = stranger(port)
    if not other and not responds(settings.dynamodb_port, timeout=10):
        raise LocalCloudError("DynamoDB Local does not answer. `make up` mends that.")
    console.print(f"At http://localhost:{port}" + (f" (the stack of {other})" if other else ""))
    return f"http://localhost:{port}"


def _sign_up(api: Api, name: str, password: str) -> tuple[str, Session]:
    username = f"{name}-{secrets.token_hex(4)}"
    api.register(username, password)
    return username, api.sign_in(username, password)


def _send(session: Session) -> list[int]:
    """Enqueues random short work. Returns the numbers of the accepted requests."""
    seconds = [round(random.uniform(0, LONGEST_WORK), 3) for _ in range(REQUESTS)]  # noqa: S311 - no secret
    return [session.enqueue("sleep", {"seconds": amount})["seq"] for amount in seconds]


def _take(session: Session, report: Report) -> list[RequestView]:
    """The outcomes in the order of dequeuing, until all are there or none arrives for 20 s."""
    taken: list[RequestView] = []
    while len(taken) < REQUESTS and (outcome := session.dequeue()):
        taken.append(outcome)
        report()
    return taken


def _bars(console: Console) -> Progress:
    return Progress(TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn(), console=console)


def _table(lanes: list[Lane]) -> Table:
    table = Table("User", "Accepted", "Dequeued", "In order", "Median wait")
    for lane in lanes:
        table.add_row(
            lane.name,
            str(len(lane.accepted)),
            str(len(lane.outcomes)),
            "[green]yes[/]" if lane.in_order else "[bold red]NO[/]",
            f"{lane.median_wait:.2f} s",
        )
    return table


if __name__ == "__main__":
    main()
