"""Which application a stack has, so that no deployment leaves it out by mistake."""

from collections.abc import Mapping
from typing import Any

from infra.apps.folder import App
from infra.errors import DeployError

OUTPUT = "Application"  # of the stack


def outputs(app: App) -> dict[str, Any]:
    """What the template says of the application for the next deployment: the name of its folder."""
    return {OUTPUT: {"Value": app.path.name}}


def require(deployed: Mapping[str, str], app: App | None, *, noted: bool = False) -> None:
    """Raises DeployError if the stack with these outputs has an application, and `app` is None.

    If `app` is `noted`, nobody has named it now: then DeployError is raised, too, if the stack has one whose
    folder has another name.
    """
    has = deployed.get(OUTPUT)
    if has is not None and app is None:
        raise DeployError(
            f"Nothing was changed: the stack has the application {has}, and without it, its "
            "requests would be refused and its resources removed. Name its folder (--app FOLDER; locally: "
            "make up APP=FOLDER), or say that it is to go (--without-app; locally: make up APP=none)."
        )
    if has is not None and app is not None and noted and app.path.name != has:
        raise DeployError(
            f"Nothing was changed: the stack has the application {has}, but the note of the last `make up` "
            f"names {app.path}, and in its place, that would remove its tables and secrets. Say which one "
            "the stack is to have: make up APP=FOLDER, or APP=none for neither."
        )
