"""Packages the application: the CloudFormation template and the zip files that it names.

    localstack/run -m infra.package [--architecture arm64|x86_64] DIRECTORY

Chalice makes the functions and the API from app.py, infra/template adds the rest, and the dependencies
become a layer. The same sources give the same files, byte for byte.
"""

import argparse
import shutil
import sys
from pathlib import Path

from bootstrap.cache import CHECKOUT
from bootstrap.errors import SetupError
from infra import application, layer
from infra.errors import DeployError


def package(architecture: str, target: Path) -> None:
    """Writes template.json, application.zip and layer.zip into the directory. Raises SetupError."""
    if sys.version_info[:2] != (3, 13):
        raise DeployError(f"The functions run on Python {layer.PYTHON}: package with that version.")
    target.mkdir(parents=True, exist_ok=True)
    built = application.build()
    for path in (
        layer.build(CHECKOUT / "requirements.txt", architecture),
        built / application.ARCHIVE,
        built / application.TEMPLATE,
    ):
        shutil.copyfile(path, target / path.name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the CloudFormation template and its zip files.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--architecture", choices=sorted(layer.PLATFORMS), default="arm64")
    given = parser.parse_args()
    try:
        package(given.architecture, given.directory)
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
