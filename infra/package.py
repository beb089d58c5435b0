"""Packages the application: the CloudFormation template and the zip files that it names.

    localstack/run -m infra.package [--architecture arm64|x86_64] [--app FOLDER] [--oidc] [--uploads] FOLDER

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

NO_UPLOADS = "off: this package cannot reach S3. Set it with infra.deploy, or package with --uploads"
NO_PROVIDER = "empty: this package cannot verify tokens. Set it with infra.deploy, or package with --oidc"


def package(
    architecture: str,
    target: Path,
    app: App | None = None,
    *,
    oidc: bool = False,
    uploads: bool = False,
    on_mac: bool = False,
) -> None:
    """Writes template.json, application.zip and layer.zip into the directory. Raises SetupError.

    `oidc`: whether there is an identity provider, as by the parameter OidcIssuer. `uploads`: as Uploads.
    `on_mac`: for the local cloud of a Mac.
    """
    if sys.version_info[:2] != (3, 13):
        raise DeployError(f"The functions run on Python {layer.PYTHON}: package with that version.")
    target.mkdir(parents=True, exist_ok=True)
    built = application.build(app)
    for path in (
        dependencies(architecture, app, oidc=oidc, uploads=uploads, on_mac=on_mac),
        built / application.ARCHIVE,
        built / application.TEMPLATE,
    ):
        shutil.copyfile(path, target / path.name)
    if not oidc:
        _refuse(target / application.TEMPLATE, "OidcIssuer", "", NO_PROVIDER)
    if not uploads:
        _refuse(target / application.TEMPLATE, "Uploads", "off", NO_UPLOADS)


def _refuse(path: Path, parameter: str, only: str, why: str) -> None:
    """Has CloudFormation refuse another value that is set later: the layer lacks what that needs."""
    template = json.loads(path.read_text())
    template["Parameters"][parameter] |= {"AllowedValues": [only], "ConstraintDescription": why}
    path.write_text(json.dumps(template, indent=2, sort_keys=True))


def dependencies(
    architecture: str, app: App | None, *, oidc: bool = False, uploads: bool = False, on_mac: bool = False
) -> Path:
    """The layer with what ships, the application's requirements included. Raises SetupError."""
    services = (*(app.manifest.services if app else ()), *(("s3",) if uploads else ()))
    combined = requirements.combined(app.path if app else None, oidc=oidc)
    return layer.build(combined, architecture, services, on_mac=on_mac)


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Write the CloudFormation template and its zip files.")
    parser.add_argument("directory", type=called_with)
    parser.add_argument("--architecture", choices=sorted(layer.PLATFORMS), default="arm64")
    parser.add_argument("--app", type=called_with, help="folder of an application; without it, the samples")
    parser.add_argument("--oidc", action="store_true", help="for a stack with the parameter OidcIssuer")
    parser.add_argument("--uploads", action="store_true", help="for a stack with the parameter Uploads")
    return parser


def main(arguments: list[str]) -> None:
    given = options().parse_args(arguments)
    try:
        app = folder.read(given.app) if given.app else None
        package(given.architecture, given.directory, app, oidc=given.oidc, uploads=given.uploads)
    except SetupError as error:
        sys.exit(str(error))
    print(f"template.json, application.zip and layer.zip are in {given.directory}.")


if __name__ == "__main__":
    main(sys.argv[1:])
