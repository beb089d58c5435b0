"""A handler that ends as soon as it sees that it is to stop."""

import time

from gurukool import Request, handler


@handler("heeding", timeout=40)
@handler("heeding_long", timeout=300)  # in the long lane
def heeding(payload: float, request: Request) -> None:
    """Takes at most so many seconds."""
    ends = time.monotonic() + payload
    while time.monotonic() < ends and not request.stopping:
        time.sleep(0.01)
