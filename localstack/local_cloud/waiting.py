"""Asking a server whether it is there."""

import http.client
import time
from collections.abc import Callable

from local_cloud.ports import HOST

POLL_SECONDS = 0.05


def answers(port: int, path: str, timeout: float) -> bool:
    """Whether GET `path` on a port of this machine is answered with 200 within `timeout` seconds."""
    return _status(port, path, timeout) == http.client.OK


def responds(port: int, timeout: float) -> bool:
    """Whether a server answers on a port of this machine within `timeout` seconds, whatever it says."""
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
    """False if `condition` did not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
