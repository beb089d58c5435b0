"""How long to wait before a call is repeated that DynamoDB was too busy for."""

import time
from random import SystemRandom

_random = SystemRandom()  # a process that is forked, or restored from a snapshot, draws numbers of its own


def pause(longest_s: float) -> None:
    """Wait for up to so many seconds, drawn at random: those who met once must not meet again and again.

    That is the full jitter of M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    time.sleep(_random.uniform(0, longest_s))
