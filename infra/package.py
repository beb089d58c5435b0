"""Packages the application: the CloudFormation template and the zip files that it names.

    localstack/run -m infra.package [--architecture arm64|x86_64] DIRECTORY

Chalice makes the functions and the API from app.py, infra/template adds the rest, and the dependencies
become a layer. The same sources give the same files, byte for byte.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bootstrap.commands import run
from bootstrap.errors import SetupError
from infra import archive, layer, template
from infra.errors import DeployError

CHECKOUT = Path(__file__).parents[1]
STAGE = "live"
TEMPLATE = "template.json"
APPLICATION = "application.zip"
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def package(architecture: str, target: Path) -> None:
    """Writes template.json, application.zip and layer.zip into the directory. Raises SetupError."""
    if sys.version_info[:2] != (3, 13):
        raise DeployError(f"The functions run on Python {layer.PYTHON}: package with that version.")
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(layer.build(CHECKOUT / "requirements.txt", architecture), target / layer.ARCHIVE)
    with TemporaryDirectory(prefix="gurukool-package-") as temporary:
        packaged = _run_chalice(Path(temporary))
        _write_application(packaged / "deployment.zip", target / APPLICATION)
        _write_template(packaged / "sam.json", target / TEMPLATE)


def _run_chalice(work: Path) -> Path:
    """The directory that `chalice package` wrote, from a copy of the sources.

    The copy has no requirements: Chalice would install them by pip each time, and only warn if one has no
    wheel for Lambda.
    """
    project, merge, packaged = work / "project", work / "merge.json", work / "packaged"
    _copy_sources(project)
    merge.write_text(json.dumps(template.load()))
    run(
        # Chalice has no __main__. The functions' runtime is that of the interpreter which runs it.
        *(sys.executable, "-I", "-B", "-c", "from chalice.cli import main; main()"),
        *("package", "--stage", STAGE, "--merge-template", merge, packaged),
        cwd=project,
        environment={"AWS_DEFAULT_REGION": "us-east-1"},
    )
    return packaged


def _copy_sources(project: Path) -> None:
    for part in ("chalicelib", "infra/policies"):
        shutil.copytree(CHECKOUT / part, project / part, ignore=NOT_SHIPPED)
    (project / ".chalice").mkdir()
    for part in ("app.py", ".chalice/config.json"):
        shutil.copyfile(CHECKOUT / part, project / part)
    (project / "requirements.txt").touch()


def _write_application(source: Path, target: Path) -> None:
    """Chalice's zip again, with byte code and in a fixed order."""
    content = source.with_suffix("")
    shutil.unpack_archive(source, content)
    archive.byte_compile(content, "/var/task")
    archive.write_zip(content, target)


def _write_template(source: Path, target: Path) -> None:
    packaged = json.loads(source.read_text())
    for resource in packaged["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"./{APPLICATION}"
    target.write_text(json.dumps(packaged, indent=2, sort_keys=True))


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
