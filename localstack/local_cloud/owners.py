"""Which checkout's stack answers on a port, since a machine may have several checkouts."""

import os
from collections.abc import Mapping
from pathlib import Path

from local_cloud.errors import LocalCloudError
from local_cloud.ports import HOST, holder
from local_cloud.processes import MARK
from local_cloud.settings import CHECKOUT, EDGE, STATE


def checkout_of(port: int) -> Path | None:
    """The checkout whose stack listens on the port; None if no stack does."""
    process = holder(port)
    directory = process and process.environment.get(MARK)
    if not directory:
        return None
    return Path(directory).parent if Path(directory).name == STATE.name else Path(directory)


def stranger(port: int) -> Path | None:
    """The checkout whose stack listens on the port; None if it is this one, or if there is none."""
    owner = checkout_of(port)
    return None if owner == CHECKOUT else owner


def unnamed_stranger(port: int, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The same for the port of the edge; None too if AWS_ENDPOINT_URL names that stack explicitly."""
    return None if EDGE.name in environment else stranger(port)


def require_own(port: int, environment: Mapping[str, str] = os.environ) -> None:
    """Raises LocalCloudError if another checkout's stack has the port, unless AWS_ENDPOINT_URL names it."""
    if other := unnamed_stranger(port, environment):
        raise LocalCloudError(
            f"Port {port} belongs to the stack of {other}. Run this there, or give this checkout ports of "
            f"its own in a file .env. If you mean that stack, run `{EDGE.name}=http://{HOST}:{port} make …`."
        )
