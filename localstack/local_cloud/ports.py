"""The three ports of a stack, and who holds a port that is taken."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local_cloud.errors import LocalCloudError
from local_cloud.processes import MARK, read
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

    def require_free(self) -> None:
        """Raises LocalCloudError, which names the port, who holds it and how to choose another."""
        _require_free(self.api, "PORT", str(self.api + 1))
        _require_free(self.edge, "AWS_ENDPOINT_URL", f"http://{HOST}:{self.edge + 10}")
        _require_free(self.dynamodb, "DYNAMODB_LOCAL_PORT", str(self.dynamodb + 10))


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


def _require_free(port: int, variable: str, other: str) -> None:
    if not is_free(port):
        raise LocalCloudError(
            f"Port {port} is in use by {_holder(port)}. Stop that, or choose another port: "
            f"{variable}={other} make up (or put {variable}={other} into .env)."
        )


def _holder(port: int) -> str:
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        if sockets & set(_open_files(pid)) and (process := read(pid)):
            stack = process.environment.get(MARK)
            return f"the stack in {stack}" if stack else f"process {pid} ({' '.join(process.command)[:80]})"
    return "another program"


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
