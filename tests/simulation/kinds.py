"""What a user does in a history."""

from random import Random

from tests.simulation.administrators import DEEDS

SENDING = ("enqueue", "enqueue", "enqueue", "batch", "keyed")
READING = ("dequeue", "outcomes", "mark_read")
SIGNING = ("sign_in", "sign_out")
CONTROLLING = ("pause", "resume", "cancel", "purge", "retry", "skip", "stop", "stop")


def draw_kinds(rng: Random, controlled: bool) -> list[str]:
    """What one user does: always something to send."""
    others = READING * 2 + SIGNING + (CONTROLLING if controlled else ())
    if controlled and rng.random() < 0.5:
        others += tuple(DEEDS)
    sends = [rng.choice(SENDING) for _ in range(rng.randrange(1, 6))]
    return sends + [rng.choice(others) for _ in range(rng.randrange(8))]
