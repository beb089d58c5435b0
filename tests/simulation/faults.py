"""What goes wrong in a history, and how often."""

from dataclasses import dataclass, fields
from random import Random

STALL_MS = 100_000  # the longest that a process stands still and yet comes back
SILENCE_MS = 8_000  # how long a worker waits for SQS: two attempts of 1 + 3 s, and a pause


@dataclass(frozen=True, slots=True)
class Faults:
    """Probabilities, for each call of a port unless something else is said."""

    crash: float = 0.0  # before the call takes effect, or after
    repeat: float = 0.0  # the answer is lost and the call is made again on the way
    fail: float = 0.0  # no answer: the caller is told that the store or SQS is unavailable
    stall: float = 0.0  # the process stands still for seconds to minutes
    slow: float = 0.0  # the call takes a few hundred milliseconds
    lose: float = 0.0  # of a wake-up: SQS says yes and it never arrives
    double: float = 0.0  # of a wake-up: it arrives twice
    late: float = 0.0  # of a wake-up: it arrives seconds later, others before it
    intrude: float = 0.0  # of a worker: another is given the same wake-up beside it
    stale: float = 0.0  # of a look at an index: it shows how things were before
    undying: float = 0.0  # of a process: nobody ends it when its time is up
    skew: float = 0.0  # not a probability: how many milliseconds a process's clock is wrong at most
    silent: float = 0.0  # of a call that holds a wake-up: SQS does not answer, and the caller waits for long

    @property
    def is_prompt(self) -> bool:
        """Whether every process does what it has to in seconds."""
        return not (self.crash or self.fail or self.stall or self.silent)

    @property
    def is_steady(self) -> bool:
        """Whether the store answers every call in about a second, and no process stands still."""
        return not (self.fail or self.stall)


MOST = Faults(
    crash=0.04,
    repeat=0.10,
    fail=0.04,
    stall=0.03,
    slow=0.2,
    lose=0.3,
    double=0.2,
    late=0.2,
    intrude=0.4,
    stale=0.5,
    undying=0.4,
    skew=250,
    silent=0.3,
)
NONE = Faults()


def draw(rng: Random) -> Faults:
    """Each kind of fault is absent in half of the histories, so that few stand together in many.

    Some histories have no faults at all.
    """
    if rng.random() < 0.2:
        return NONE
    drawn = {
        field.name: rng.random() * getattr(MOST, field.name) if rng.random() < 0.5 else 0.0
        for field in fields(Faults)
        if field.name != "silent"
    }
    aside = Random(f"silence of {drawn}")  # so that the other faults of a seed stay as they are known
    return Faults(**drawn, silent=aside.random() * MOST.silent if aside.random() < 0.25 else 0.0)


def latency(rng: Random, faults: Faults) -> int:
    """How long one way of a call takes, in milliseconds; a stall is not among them."""
    chance = rng.random()
    if chance < faults.slow:
        return rng.randrange(30, 300)
    return rng.randrange(1, 8) if chance < 0.9 else rng.randrange(8, 40)


def stall(rng: Random) -> int:
    """In milliseconds; short ones are as frequent as long ones.

    Half are about as long as a wake-up is held: what comes back then meets the next worker at work.
    """
    if rng.random() < 0.5:
        return rng.randrange(3_000, 9_000)
    return int(1_000 * (STALL_MS / 1_000) ** rng.random())
