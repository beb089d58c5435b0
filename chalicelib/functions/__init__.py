"""The Lambda functions beside the HTTP API: one module each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.functions import callbacks, checker, long_worker, slow_worker, sweeper, worker

if TYPE_CHECKING:
    from chalice.app import Chalice

    from chalicelib.container import Container


class Functions(NamedTuple):
    """What Lambda calls, by the names that the deployment uses."""

    worker: Any
    slow_worker: Any
    long_worker: Any
    sweeper: Any
    callbacks: Any
    checker: Any


def register(app: Chalice, container: Container) -> Functions:
    """Register all functions with `app`."""
    return Functions(
        worker.register(app, container),
        slow_worker.register(app, container),
        long_worker.register(app, container),
        sweeper.register(app, container),
        callbacks.register(app, container),
        checker.register(app, container),
    )
