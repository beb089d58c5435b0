"""Deploys the application to the emulator, with the local settings."""

from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.settings import CHOICES
from infra import deploy as program
from infra.target import local_cloud
from local_cloud.emulator import Emulator
from local_cloud.errors import LocalCloudError
from local_cloud.settings import Settings


def deploy(emulator: Emulator, settings: Settings, report: Callable[[str], None]) -> dict[str, str]:
    """The outputs of the stack. Raises SetupError with the reason if it cannot be deployed."""
    try:
        return program.deploy(local_cloud(emulator.edge_url), parameters(settings), report)
    except (BotoCoreError, ClientError) as error:
        raise LocalCloudError(f"LocalStack refused: {error} Its log: {emulator.log}") from error


def parameters(settings: Settings) -> dict[str, str]:
    """The template's parameters: QUEUE_LIMIT is QueueLimit there. A choice not made has its default again."""
    values = {choice.name: settings.choices.get(choice.name, choice.default or "") for choice in CHOICES}
    return {"".join(map(str.capitalize, name.split("_"))): value for name, value in values.items()}
