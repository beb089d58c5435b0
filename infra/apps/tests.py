"""Runs the tests of an application: where its own requirements are, the tools, and `gurukool.testing`.

localstack/run -m infra.apps.tests FOLDER [arguments of pytest]
"""

import os
import subprocess
import sys
from pathlib import Path

from bootstrap.cache import CHECKOUT
from bootstrap.errors import SetupError
from infra.apps import folder, requirements
from infra.calls import called_with

TESTS = "tests"
# pytest's plugins among our tools that an application did not ask for; and no cache in the folder.
WITHOUT = ("schemathesis", "anyio", "xdist", "cacheprovider")


def run(path: Path, arguments: list[str]) -> int:
    """The exit status of pytest. Raises SetupError."""
    app = folder.read(path)
    packages = requirements.installed(app.path)
    paths = [app.path, CHECKOUT, *([packages] if packages else [])]
    options = [option for plugin in WITHOUT for option in ("-p", f"no:{plugin}")]
    command = [sys.executable, "-B", "-m", "pytest", "--rootdir", str(app.path), *options]
    # With a configuration of its own if the application has one, and never with that of the checkout.
    own = next((name for name in ("pytest.ini", "pyproject.toml") if (app.path / name).exists()), None)
    return subprocess.run(
        [*command, "-c", str(app.path / own) if own else os.devnull, *(arguments or [str(app.path / TESTS)])],
        cwd=app.path,
        env={**_without_aws(), "PYTHONPATH": os.pathsep.join(map(str, paths))},
        check=False,
    ).returncode


def _without_aws() -> dict[str, str]:
    """A shell may name a local cloud, or an account: tests in memory must reach neither."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


def main(arguments: list[str]) -> None:
    try:
        sys.exit(run(called_with(arguments[0]), arguments[1:]))
    except SetupError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
