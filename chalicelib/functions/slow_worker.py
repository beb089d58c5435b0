"""The Lambda function `slow_worker`: serves the wake-ups of the slow lane, so that they delay nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.lane import Lane
from chalicelib.functions import lane_worker

if TYPE_CHECKING:
    from chalice.app import Chalice

    from chalicelib.container import Container


def register(app: Chalice, container: Container) -> Any:
    """Register the function, and return what Lambda calls."""
    return lane_worker.register(app, container, Lane.SLOW, "slow_worker", "slow-wake-ups")
