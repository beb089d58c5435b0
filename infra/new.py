"""Writes a new application that works: localstack/run -m infra.new FOLDER."""

import shutil
import sys
from pathlib import Path

from infra.calls import called_with
from infra.errors import DeployError

SKELETON = Path(__file__).with_name("skeleton")


def write(folder: Path) -> None:
    """Raises DeployError if something is there already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DeployError(f"{folder} is there already. Choose a name that is free.")
    shutil.copytree(SKELETON, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    readme = folder / "README.md"
    text = readme.read_text().replace("{name}", folder.resolve().name).replace("{path}", str(folder))
    readme.write_text(text)


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit("Say where: localstack/run -m infra.new ../my-app")
    folder = called_with(arguments[0])
    try:
        write(folder)
    except DeployError as error:
        sys.exit(str(error))
    print(f"{folder} is an application. Try it: make up APP={arguments[0]}")


if __name__ == "__main__":
    main(sys.argv[1:])
