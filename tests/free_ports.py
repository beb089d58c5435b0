"""The ports of the stacks that tests start."""

import atexit
import random
import socket

from local_cloud.ports import HOST, Ports, is_free

# Below those of outgoing connections (on Linux from 32768 on, on macOS from 49152): such a connection could
# take a port before its stack listens.
FIRST_PORTS = range(20_000, 32_000, 3)


def free_ports() -> Ports:
    """Three ports that no program uses. No other call gets them before this process has ended."""
    for first in random.sample(FIRST_PORTS, len(FIRST_PORTS)):
        ports = range(first, first + 3)
        if _claim(first) and all(map(is_free, ports)):
            return Ports(*ports)
    raise RuntimeError("No ports are free.")


def _claim(port: int) -> bool:
    """Whether the port is this process's own from now on. A UDP socket is not in the way of a stack's TCP."""
    claim = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claim.bind((HOST, port))
    except OSError:
        claim.close()
        return False
    atexit.register(claim.close)
    return True
