"""The Lambda function `long_worker`: serves the wake-ups of the long lane, for requests of minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.lane import Lane
from chalicelib.functions import lane_worker

if TYPE_CHECKING:
    from chalice.app import Chalice

    from chalicelib.container import Container


def register(app: Chalice, container: Container) -> Any:
    """Register the function, and return what Lambda calls."""
    return lane_worker.register(app, container, Lane.LONG, "long_worker", "long-wake-ups")
