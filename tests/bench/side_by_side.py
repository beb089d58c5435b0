"""The same work on our stack and on the textbook design, turn about, each on a local cloud of its own.

Both APIs are served by the quick port of their local cloud. Both are asked in the same way: a client sends a
request, and reads it again and again until it has succeeded.
"""

import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Protocol

import jwt

from local_cloud.api_client import Api, Session
from local_cloud.emulator import Emulator
from tests.bench.lone import sign_up
from tests.bench.processes import CpuMeter
from tests.bench.textbook import deployment
from tests.free_ports import free_ports

ROUNDS = 5
CLIENTS, USERS, REQUESTS = 8, 20, 15
LONE = 15  # requests of one user, one at a time, in each round
PAUSE_S = 0.005  # between two looks
REST_S = 0.05  # between two lone requests
LONGEST_S = 120.0
OURS = {"gurukool-api": "API function", "gurukool-worker": "worker"}
TEXTBOOK = {deployment.API: "API function", deployment.WORKER: "worker"}
ECHO = {"type": "echo", "payload": {"number": 1}}


class Design(Protocol):
    """What the work is done on."""

    def sign_up(self) -> Session: ...
    def id_of(self, accepted: Mapping[str, Any]) -> str: ...


class Ours:
    def __init__(self, api: Api) -> None:
        self._api = api

    def sign_up(self) -> Session:
        return sign_up(self._api)

    def id_of(self, accepted: Mapping[str, Any]) -> str:
        return str(accepted["seq"])


class Textbook:
    def __init__(self, api: Api, key: str) -> None:
        self._api = api
        self._key = key

    def sign_up(self) -> Session:
        return Session(self._api, jwt.encode({"sub": secrets.token_hex(8)}, self._key, "HS256"))

    def id_of(self, accepted: Mapping[str, Any]) -> str:
        return str(accepted["id"])


@dataclass(frozen=True)
class Measured:
    """Of one design: medians of ROUNDS rounds."""

    per_second: float  # requests sent and carried out, of USERS users and CLIENTS clients
    lone: float  # seconds from sending a request to reading that it has succeeded, on a stack at rest
    cpu: Mapping[str, float]  # seconds for each of those many requests, by kind of process


def measure(ours: Emulator, directory: Path) -> tuple[Measured, Measured]:
    """Ours, which is deployed, and the textbook design, which is deployed into the empty directory."""
    with (
        Emulator(free_ports(), directory) as other,
        Api(ours.api_url) as our_api,
        Api(other.api_url) as its_api,
    ):
        key = deployment.deploy(other)
        runs = (
            Run(Ours(our_api), CpuMeter(ours, OURS)),
            Run(Textbook(its_api, key), CpuMeter(other, TEXTBOOK)),
        )
        for run in runs:
            run.many(run.users())  # the functions are started by it
        for run in runs * ROUNDS:
            run.round()
        return runs[0].measured(), runs[1].measured()


class Run:
    """The rounds of one design."""

    def __init__(self, design: Design, meter: CpuMeter) -> None:
        self._design = design
        self._meter = meter
        self._per_second: list[float] = []
        self._lone: list[float] = []
        self._cpu: list[dict[str, float]] = []

    def round(self) -> None:
        self._lone.append(self._one_at_a_time())
        users = self.users()
        before = self._meter.seconds()
        self._per_second.append(self.many(users))
        self._cpu.append({kind: used - before[kind] for kind, used in self._meter.seconds().items()})

    def measured(self) -> Measured:
        requests = USERS * REQUESTS
        kinds = self._cpu[0].keys()
        cpu = {kind: median(used[kind] for used in self._cpu) / requests for kind in kinds}
        return Measured(median(self._per_second), median(self._lone), cpu)

    def users(self) -> list[Session]:
        """New ones. Ours cost the API function the hash of a password, the textbook's nothing."""
        return [self._design.sign_up() for _ in range(USERS)]

    def many(self, users: list[Session]) -> float:
        """How many requests a second."""
        began = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            ids = list(clients.map(self._send, users * REQUESTS))
            last = ids[-USERS:]  # of each user: nobody's requests overtake each other
            list(clients.map(self._wait, users, last))
        return USERS * REQUESTS / (time.perf_counter() - began)

    def _one_at_a_time(self) -> float:
        user, seconds = self._design.sign_up(), list[float]()
        self._wait(user, self._send(user))
        for _ in range(LONE):
            time.sleep(REST_S)
            began = time.perf_counter()
            self._wait(user, self._send(user))
            seconds.append(time.perf_counter() - began)
        return median(seconds)

    def _send(self, user: Session) -> str:
        return self._design.id_of(user.ask("POST", "/api/queue/enqueue", ECHO))

    def _wait(self, user: Session, request_id: str) -> None:
        """Until the request has succeeded. Raises RuntimeError if that takes too long."""
        until = time.monotonic() + LONGEST_S
        while user.ask("GET", f"/api/queue/requests/{request_id}")["status"] != "succeeded":
            if time.monotonic() > until:
                raise RuntimeError(f"Request {request_id} has not succeeded within {LONGEST_S:.0f} s.")
            time.sleep(PAUSE_S)
