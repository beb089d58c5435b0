"""The three ports of a stack, and which process holds a port that is in use."""

import contextlib
import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from local_cloud.errors import LocalCloudError
from local_cloud.processes import MARK, Process, read
from local_cloud.settings import Settings

HOST = "127.0.0.1"
HOSTS = {HOST: socket.AF_INET, "::1": socket.AF_INET6}  # what `localhost` may be; clients try both


@dataclass(frozen=True)
class Ports:
    """The TCP ports of one stack, all on the loopback interface."""

    api: int  # the API and the console, at the root
    edge: int  # every AWS service
    dynamodb: int  # DynamoDB Local itself

    @classmethod
    def of(cls, settings: Settings) -> "Ports":
        return cls(settings.api_port, settings.edge_port, settings.dynamodb_port)

    @property
    def edge_url(self) -> str:
        return f"http://{HOST}:{self.edge}"

    def require_free(self, but_for: Path | None = None) -> None:
        """Raises LocalCloudError if a port is in use: it names the holders and how to choose other ports.

        A port that the stack in `but_for` holds counts as free.
        """
        others = {
            "PORT": (self.api, str(self.api + 1)),
            "AWS_ENDPOINT_URL": (self.edge, f"http://{HOST}:{self.edge + 10}"),
            "DYNAMODB_LOCAL_PORT": (self.dynamodb, str(self.dynamodb + 10)),
        }
        taken = {name: _taken(port, but_for) for name, (port, _) in others.items()}
        if complaints := [complaint for complaint in taken.values() if complaint]:
            choice = " ".join(f"{name}={others[name][1]}" for name, complaint in taken.items() if complaint)
            raise LocalCloudError(
                f"{' '.join(complaints)} Stop that, or choose otherwise: `{choice} make up`, "
                "or set the same in a file .env."
            )


def is_free(port: int) -> bool:
    """Whether nobody listens on the port, under any address of this machine's own."""
    return all(_is_free(port, host) for host in HOSTS)


def _is_free(port: int, host: str) -> bool:
    try:
        with socket.socket(HOSTS[host]) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as error:
        return error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)  # without IPv6, nobody can
    return True


def _taken(port: int, but_for: Path | None) -> str:
    """Which process holds the port, as a sentence; empty if the port is free."""
    if is_free(port):
        return ""
    process = holder(port)
    stack = process and process.environment.get(MARK)
    if process is None:
        return f"Port {port} is in use by another program."
    if stack is None:
        return f"Port {port} is in use by process {process.pid} ({' '.join(process.command)[:80]})."
    return "" if stack == str(but_for) else f"Port {port} is in use by the stack in {stack}."


def holder(port: int) -> Process | None:
    """The process that listens on the port; None if there is none, or if it is another user's."""
    for pid, connection in _connections():
        is_open = (
            connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        )
        if is_open and pid and (process := read(pid)):
            return process
    return None


def _connections() -> Iterator[tuple[int | None, Any]]:
    """TCP connections with their processes. On macOS only root may ask for all of them at once."""
    try:
        yield from ((connection.pid, connection) for connection in psutil.net_connections("tcp"))
    except psutil.AccessDenied:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                yield from ((process.pid, connection) for connection in process.net_connections("tcp"))
