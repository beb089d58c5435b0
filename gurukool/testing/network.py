"""What a handler sends over the network by itself, without anybody watching it.

Python tells audit hooks of it. They see every request of http.client, with which urllib, urllib3, requests
and botocore send, and every connection of what else uses Python's sockets; not those of libraries in C.
"""

import sys
from functools import cache
from typing import Any

from gurukool.testing.places import frames, place_of_caller
from gurukool.testing.process import Event, Kind, running_process

HTTP = ("http.client", "urllib3.connection")


@cache
def watch_network() -> None:
    """From now on, and it costs other code nothing worth mentioning. An audit hook cannot be removed."""
    sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in ("http.client.send", "socket.connect"):
        return
    process = running_process()
    name = process and (_request if event == "http.client.send" else _connection)(*arguments)
    if process and name:
        process.note(Event(Kind.CALL, name, name, place_of_caller()))


def _request(connection: Any, data: Any) -> str | None:
    """The request whose first bytes these are; None: they are not the first."""
    line = bytes(data).partition(b"\r\n")[0] if isinstance(data, bytes | bytearray | memoryview) else b""
    method, _, rest = line.partition(b" ")
    if not rest.endswith((b" HTTP/1.1", b" HTTP/1.0")):
        return None
    path = rest.rpartition(b" ")[0].partition(b"?")[0].decode("latin-1")
    return f"{method.decode('latin-1')} {connection.host}:{connection.port}{path}"


def _connection(_: object, address: Any) -> str | None:
    """A connection over the internet's protocols; None: one for a request that is seen by itself."""
    if not isinstance(address, tuple) or any(frame.f_globals.get("__name__") in HTTP for frame in frames()):
        return None
    return f"connection to {address[0]}:{address[1]}"
