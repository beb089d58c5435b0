"""What a usual request asks for: of the same users and clients, while nothing is short."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from random import Random

from tests.scale.account import Account
from tests.scale.clients import Clients
from tests.scale.limits import RAISED
from tests.scale.meter import LineMeter, Meter, logging_to
from tests.scale.scenarios import SCENARIOS
from tests.scale.world import World

USERS = 150
SETTLING_MS = 60_000
MEASURED_MS = 240_000


@cache
def usual_request(seed: str, users: int = USERS) -> Mapping[str, float]:
    """The counts of meter.py, for each request."""
    meter = Meter()
    world = World(f"{seed} usual", Account(RAISED, Random(0)), meter)
    clients = Clients(world, SCENARIOS["calm"], users, Random(f"{seed} usual clients"))
    scheduler = world.scheduler
    with logging_to(LineMeter(lambda: meter)):
        clients.start()
        scheduler.run_until(scheduler.now + SETTLING_MS)
        before = Counter(meter.counts)
        scheduler.run_until(scheduler.now + MEASURED_MS)
        scheduler.end()
    counted = meter.since(before)
    return {name: n / counted["requests"] for name, n in counted.items()}
