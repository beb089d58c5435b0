"""The three ports of a stack, and who holds a port that is taken."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local_cloud.errors import LocalCloudError
from local_cloud.processes import MARK, Process, read
from local_cloud.settings import Settings

HOST = "127.0.0.1"
LISTEN = "0A"  # the state's number in /proc/net/tcp


@dataclass(frozen=True)
class Ports:
    api: int  # the API and the console, at the root
    edge: int  # every AWS service
    dynamodb: int  # DynamoDB Local itself

    @classmethod
    def of(cls, settings: Settings) -> "Ports":
        return cls(settings.api_port, settings.edge_port, settings.dynamodb_port)

    def require_free(self, but_for: Path | None = None) -> None:
        """Raises LocalCloudError, which names the ports, who holds them and how to choose others.

        Those that are held by the stack in `but_for` are as good as free.
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
                "or the same in a file .env."
            )


def free_ports() -> Ports:
    """Three ports that nothing uses now."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.socket()) for _ in range(3)]
        for listener in listeners:
            listener.bind((HOST, 0))
        return Ports(*(listener.getsockname()[1] for listener in listeners))


def is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
        return True


def _taken(port: int, but_for: Path | None) -> str:
    """By whom, as a sentence; nothing if it is free."""
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
    """Whoever listens on the port, if this user may know."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        if sockets & set(_open_files(pid)) and (process := read(pid)):
            return process
    return None


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == LISTEN and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]


def _open_files(pid: int) -> Iterator[str]:
    # A process of another user, or one that has just ended, shows nothing.
    with contextlib.suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                yield str(link.readlink())
