"""Deploys the application to the emulator, with the local settings.

Importing infra takes half a second. The functions here do it, because LocalStack is already starting when
they run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.settings import CHOICES, MAKING
from local_cloud.errors import LocalCloudError
from local_cloud.ports import Ports
from local_cloud.settings import VARIABLES, Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infra.apps.folder import App
    from local_cloud.data import Data
    from local_cloud.emulator import Emulator

SERVICES = ("cloudformation", "dynamodb", "lambda", "s3", "sts")  # those that a deployment calls


def prepare(settings: Settings) -> None:
    """Does what `deploy` need not wait for the emulator to do. Raises SetupError.

    Packages everything into the cache, and has boto3 read the descriptions of AWS's services.
    """
    from infra import application
    from infra.package import dependencies
    from infra.target import local_cloud

    app, target, chosen = _app(settings), local_cloud(Ports.of(settings).edge_url), parameters(settings)
    has = {"oidc": bool(chosen["OidcIssuer"]), "uploads": chosen["Uploads"] == "on"}
    dependencies(target.parameters["Architecture"], app, **has, on_mac=target.on_mac)
    application.build(app)
    for service in SERVICES:
        target.client(service)


def as_last_time(settings: Settings, data: Data | None, say: Callable[[str], None]) -> Settings:
    """The settings with the application that was deployed last, if they say nothing about one."""
    last = None if data is None or settings.app or settings.without_app else data.application()
    if last is None:
        return settings
    say(f"With the application in {last}, as the last time. (APP=none removes it.)")
    return replace(settings, app=last, app_is_noted=True)


def _app(settings: Settings) -> App | None:
    from infra.apps import folder

    return folder.read(settings.app) if settings.app else None


def deploy(emulator: Emulator, settings: Settings, report: Callable[[str], None]) -> dict[str, str]:
    """Deploys and returns the outputs of the stack. Raises SetupError with the reason if that fails."""
    from botocore.exceptions import BotoCoreError, ClientError

    from infra import deploy as program
    from infra.errors import UnfinishedError
    from infra.target import local_cloud

    options = program.Options(
        app=_app(settings),
        app_is_noted=settings.app_is_noted,
        without_app=settings.without_app,
        # After a start, SQS has forgotten its messages. If not, one more wake-up of a queue is harmless.
        wake_ups_lost=True,
    )
    try:
        given = parameters(settings)
        if given["SyntheticCheck"] != "off":
            given["PublicUrl"] = emulator.api_url
        outputs = program.deploy(local_cloud(emulator.edge_url), given, report, options)
    except (BotoCoreError, ClientError) as error:
        raise LocalCloudError(f"LocalStack refused: {error} Its log: {emulator.log}") from error
    except UnfinishedError as error:
        how = "failed" if isinstance(error.__cause__, ClientError) else "was lost"
        told = f"LocalStack {how} while it changed the stack: {error.__cause__}"
        raise LocalCloudError(f"{told} Its log: {emulator.log}") from error
    if emulator.data:
        _note(emulator.data, settings.app, report)
    return outputs


def _note(data: Data, app: Path | None, report: Callable[[str], None]) -> None:
    """If that fails, the deployment is no failure."""
    try:
        data.note_application(app)
    except OSError as error:
        report(
            f"Which application was deployed could not be noted ({error.strerror}): say APP=FOLDER, or "
            "APP=none, at the next `make up`."
        )


def parameters(settings: Settings) -> dict[str, str]:
    """The template's parameters, which are named QueueLimit for QUEUE_LIMIT.

    A missing setting gets its default.
    """
    names = [choice.name for choice in (*CHOICES, *MAKING)]
    values = {name: settings.choices.get(name, VARIABLES[name].default or "") for name in names}
    return {"".join(map(str.capitalize, name.split("_"))): value for name, value in values.items()}
