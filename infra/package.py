"""Packages the application: the CloudFormation template and the zip files that it names.

    localstack/run -m infra.package [--architecture arm64|x86_64] [--app FOLDER] DIRECTORY

Chalice makes the functions and the API from app.py, infra/template adds the rest, and the dependencies
become a layer. The same sources give the same files, byte for byte.
"""

import argparse
import shutil
import sys
from pathlib import Path

from bootstrap.errors import SetupError
from infra import application, layer
from infra.apps import folder, requirements
from infra.apps.folder import App
from infra.calls import called_with
from infra.errors import DeployError


def package(architecture: str, target: Path, app: App | None = None) -> None:
    """Writes template.json, application.zip and layer.zip into the directory. Raises SetupError."""
    if sys.version_info[:2] != (3, 13):
        raise DeployError(f"The functions run on Python {layer.PYTHON}: package with that version.")
    target.mkdir(parents=True, exist_ok=True)
    built = application.build(app)
    for path in (
        dependencies(architecture, app),
        built / application.ARCHIVE,
        built / application.TEMPLATE,
    ):
        shutil.copyfile(path, target / path.name)


def dependencies(architecture: str, app: App | None) -> Path:
    """The layer with what ships, the application's requirements included. Raises SetupError."""
    services = app.manifest.services if app else ()
    return layer.build(requirements.combined(app.path if app else None), architecture, services)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the CloudFormation template and its zip files.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--architecture", choices=sorted(layer.PLATFORMS), default="arm64")
    parser.add_argument("--app", help="folder of an application; without it, the samples")
    given = parser.parse_args()
    try:
        package(
            given.architecture, given.directory, folder.read(called_with(given.app)) if given.app else None
        )
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
