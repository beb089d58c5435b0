"""A handler that does not stop when somebody asks it to, and catches even what interrupts it."""

import time
from contextlib import suppress

from gurukool import handler


@handler("stubborn", timeout=40, max_attempts=3)
@handler("stubborn_long", timeout=300, max_attempts=3)  # in the long lane
def stubborn(payload: float) -> None:
    """Takes so many seconds, whatever happens."""
    ends = time.monotonic() + payload
    while time.monotonic() < ends:
        with suppress(BaseException):
            time.sleep(ends - time.monotonic())
