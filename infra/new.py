"""Writes a new application that works: localstack/run -m infra.new FOLDER."""

import shlex
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
    text = readme.read_text().replace("{name}", folder.resolve().name).replace("{path}", _quoted(folder))
    readme.write_text(text)


def _quoted(folder: Path) -> str:
    """For a shell, and for `make`, whose paths begin in the checkout wherever the person stands."""
    return shlex.quote(str(folder.resolve()))


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit("Say where: localstack/run -m infra.new ../my-app")
    folder = called_with(arguments[0])
    try:
        write(folder)
    except DeployError as error:
        sys.exit(str(error))
    print(f"{folder} is an application. Try it: make up APP={_quoted(folder)}")


if __name__ == "__main__":
    main(sys.argv[1:])
