"""Asking a server whether it is there."""

import http.client
import time
from collections.abc import Callable

from local_cloud.ports import HOST

POLL_SECONDS = 0.05


def answers(port: int, path: str, timeout: float) -> bool:
    """Whether GET `path` on a port of this machine is answered with 200 within `timeout` seconds."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """False if `condition` did not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
