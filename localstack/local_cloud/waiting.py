"""Waits for conditions, and asks whether a server answers."""

import http.client
import time
from collections.abc import Callable

from local_cloud.ports import HOST

POLL_SECONDS = 0.05


def answers(port: int, path: str, timeout: float) -> bool:
    """Whether this machine answers GET `path` on the port with 200 within `timeout` seconds."""
    return _status(port, path, timeout) == http.client.OK


def responds(port: int, timeout: float) -> bool:
    """Whether this machine answers GET / on the port within `timeout` seconds, with any status."""
    return _status(port, "/", timeout) is not None


def _status(port: int, path: str, timeout: float) -> int | None:
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Calls `condition` until it is true. Returns False if it is not true within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
