"""Packages the application: the CloudFormation template and the zip files that it names.

    localstack/run -m infra.package [--architecture arm64|x86_64] [--app FOLDER] [--oidc] DIRECTORY

Chalice makes the functions and the API from app.py, infra/template adds the rest, and the dependencies
become a layer. The same sources give the same files, byte for byte.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

from bootstrap.errors import SetupError
from infra import application, layer
from infra.apps import folder, requirements
from infra.apps.folder import App
from infra.calls import called_with
from infra.errors import DeployError

NO_PROVIDER = "empty: this package cannot verify tokens. Set it with infra.deploy, or package with --oidc"


def package(
    architecture: str, target: Path, app: App | None = None, *, oidc: bool = False, on_mac: bool = False
) -> None:
    """Writes template.json, application.zip and layer.zip into the directory. Raises SetupError.

    `oidc`: whether there is an identity provider, as by the parameter OidcIssuer. `on_mac`: for the local
    cloud of a Mac.
    """
    if sys.version_info[:2] != (3, 13):
        raise DeployError(f"The functions run on Python {layer.PYTHON}: package with that version.")
    target.mkdir(parents=True, exist_ok=True)
    built = application.build(app)
    for path in (
        dependencies(architecture, app, oidc=oidc, on_mac=on_mac),
        built / application.ARCHIVE,
        built / application.TEMPLATE,
    ):
        shutil.copyfile(path, target / path.name)
    if not oidc:
        _refuse_provider(target / application.TEMPLATE)


def _refuse_provider(path: Path) -> None:
    """Has CloudFormation refuse an OidcIssuer that is set later: the layer has no library for its tokens."""
    template = json.loads(path.read_text())
    template["Parameters"]["OidcIssuer"] |= {"AllowedValues": [""], "ConstraintDescription": NO_PROVIDER}
    path.write_text(json.dumps(template, indent=2, sort_keys=True))


def dependencies(architecture: str, app: App | None, *, oidc: bool = False, on_mac: bool = False) -> Path:
    """The layer with what ships, the application's requirements included. Raises SetupError."""
    services = app.manifest.services if app else ()
    combined = requirements.combined(app.path if app else None, oidc=oidc)
    return layer.build(combined, architecture, services, on_mac=on_mac)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the CloudFormation template and its zip files.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--architecture", choices=sorted(layer.PLATFORMS), default="arm64")
    parser.add_argument("--app", help="folder of an application; without it, the samples")
    parser.add_argument("--oidc", action="store_true", help="for a stack with the parameter OidcIssuer")
    given = parser.parse_args()
    try:
        app = folder.read(called_with(given.app)) if given.app else None
        package(given.architecture, given.directory, app, oidc=given.oidc)
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
