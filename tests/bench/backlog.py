"""One user's long queue on the deployed stack: how fast it drains, and what another user notices of it."""

from dataclasses import dataclass
from statistics import median

from local_cloud.api_client import Api, Session
from local_cloud.waiting import wait_until
from tests.bench.lone import lone_seconds, moment, sign_up

BATCH = 100
DRAINED = 1_000
BESIDE = 2_000
LONE = 10
PATIENCE_S = 120.0
ECHO = {"type": "echo", "payload": {}}


@dataclass(frozen=True)
class Backlog:
    per_second: float  # requests of DRAINED, by the worker's own times
    alone: float  # seconds; median from a lone request to its outcome, on a stack at rest
    beside: float  # the same while another user's BESIDE are being drained


def measure(api_url: str) -> Backlog:
    with Api(api_url) as api:
        busy, other = sign_up(api), sign_up(api)
        per_second = _drain(busy)
        alone = median(lone_seconds(other, LONE))
        _fill(busy, BESIDE)
        beside = median(lone_seconds(other, LONE))
        if not busy.queue()["depth"]:
            raise RuntimeError("The backlog was gone before the measurement was over.")
    return Backlog(per_second, alone, beside)


def _drain(user: Session) -> float:
    user.ask("POST", "/api/queue/pause")
    _fill(user, DRAINED)
    user.ask("POST", "/api/queue/resume")
    if not wait_until(lambda: user.queue()["depth"] == 0, PATIENCE_S):
        raise RuntimeError("The backlog is not drained.")
    took = moment(user.request(DRAINED)["finished_at"]) - moment(user.request(1)["started_at"])
    return DRAINED / took


def _fill(user: Session, count: int) -> None:
    for _ in range(count // BATCH):
        user.ask("POST", "/api/queue/enqueue/batch", {"requests": [ECHO] * BATCH})
