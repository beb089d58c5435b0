"""Deploys the application to the emulator, with the local settings."""

from collections.abc import Callable

from infra import deploy as program
from infra.target import local_cloud
from local_cloud.emulator import Emulator
from local_cloud.settings import Settings


def deploy(emulator: Emulator, settings: Settings, report: Callable[[str], None]) -> dict[str, str]:
    """The outputs of the stack. Raises SetupError with the reason if it cannot be deployed."""
    return program.deploy(local_cloud(emulator.edge_url), parameters(settings), report)


def parameters(settings: Settings) -> dict[str, str]:
    """The template's parameters that can be set on a developer's machine."""
    return {
        "QueueLimit": str(settings.queue_limit),
        "AccessTokenSeconds": str(settings.access_token_seconds),
        "QuantumSeconds": str(settings.quantum_seconds),
        "LogLevel": settings.log_level,
        "Tracing": settings.tracing,
    }
