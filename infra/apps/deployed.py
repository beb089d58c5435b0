"""Which application a stack has, so that no deployment leaves it out by mistake."""

from collections.abc import Mapping
from typing import Any

from infra.apps.folder import App
from infra.errors import DeployError

OUTPUT = "Application"  # of the stack


def outputs(app: App) -> dict[str, Any]:
    """What the template says of the application for the next deployment: the name of its folder."""
    return {OUTPUT: {"Value": app.path.name}}


def require(deployed: Mapping[str, str], app: App | None) -> None:
    """Raises DeployError if the stack with these outputs has an application, and `app` is None."""
    if app is None and OUTPUT in deployed:
        raise DeployError(
            f"Nothing was changed: the stack has the application {deployed[OUTPUT]}, and without it, its "
            "requests would be refused and its resources removed. Name its folder (--app FOLDER; locally: "
            "make up APP=FOLDER), or say that it is to go (--without-app; locally: make up APP=none)."
        )
