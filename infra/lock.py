"""Pins the packages of every requirements file, and all that they need, by version and hash: `make lock`.

localstack/run -m infra.lock          ours
localstack/run -m infra.lock FOLDER   the requirements.in of an application, into its requirements.txt

A pinned version stays, unless a file requires another one.
"""

import sys

from bootstrap.errors import SetupError
from infra.apps import requirements
from infra.calls import called_with
from infra.pinning import PYTHON, pin

# The .in files without their suffix, and options of their own.
FILES: dict[str, tuple[str, ...]] = {
    "requirements": PYTHON,
    "requirements-oidc": (*PYTHON, "--no-annotate", "--constraints", "requirements.txt"),
    "requirements-dev": PYTHON,
    "localstack/uv": ("--python-version", "3.9", "--no-annotate"),
    "localstack/node": (*PYTHON, "--no-annotate"),
    "localstack/runtime": (*PYTHON, "--no-annotate"),
    "localstack/extension/pins": (*PYTHON, "--no-annotate", "--no-deps"),
    "tests/clients/requirements": PYTHON,
    "tests/bench/textbook/requirements": (*PYTHON, "--no-annotate"),
}


def main(folders: list[str]) -> None:
    try:
        for folder in folders:
            print(f"{requirements.lock(called_with(folder))} is pinned.")
        for name, options in () if folders else FILES.items():
            pin(f"{name}.in", f"{name}.txt", *options)
            print(f"{name}.txt pins {name}.in.")
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
