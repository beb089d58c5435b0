"""Pins what requirements.in and requirements-dev.in name: all packages, with versions and hashes.

localstack/run -m infra.lock

What is pinned already stays as it is, unless a file asks for another version.
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
