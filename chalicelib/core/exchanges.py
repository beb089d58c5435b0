"""HTTP requests to services outside, as a trace shows them: the port to what records them."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager


@dataclass(slots=True)
class Exchange:
    """One HTTP request, and the status of its answer."""

    method: str
    scheme: str  # of the URL, as host and port; its path may hold what is nobody else's business
    host: str
    port: int
    about: Mapping[str, Any]  # for which request it is made, and in which attempt
    traceparent: (
        str | None
    )  # of its cause; while it is recorded, of its own span: the header for the receiver
    redirects: int = 0  # that have led to it
    status: int = 0  # 0: there was no answer


type Recording = Callable[[Exchange], AbstractContextManager[None]]
"""The block makes the exchange. `traceparent` is set when it begins, and `status` is read when it ends."""


def unrecorded(_exchange: Exchange) -> AbstractContextManager[None]:
    """Of a deployment that records no traces: its receivers get the traceparent of the cause."""
    return nullcontext()
