"""Pins the packages of requirements.in and requirements-dev.in, and all that they need, by version and hash.

localstack/run -m infra.lock

A pinned version stays, unless a file requires another one.
"""

import sys

from bootstrap import uv
from bootstrap.errors import SetupError

OPTIONS = ("--universal", "--python-version", "3.13", "--generate-hashes", "--no-header", "--quiet")


def main() -> None:
    try:
        for name in ("requirements", "requirements-dev"):
            source, pinned = f"{name}.in", f"{name}.txt"
            uv.run("pip", "compile", *OPTIONS, source, "--output-file", pinned)
            print(f"{pinned} pins {source}.")
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
