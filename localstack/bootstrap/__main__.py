"""`python -m bootstrap [--browser] ARGUMENTS`: sets everything up, then runs our Python with ARGUMENTS."""

from __future__ import annotations

import os
import sys

from bootstrap import browser
from bootstrap.cache import CHECKOUT, VARIABLE, root
from bootstrap.errors import SetupError
from bootstrap.installation import Installation, install
from bootstrap.progress import say


def main(arguments: list[str]) -> None:
    try:
        installation = install()
        if arguments[:1] == ["--browser"]:
            browser.ensure()
            arguments = arguments[1:]
    except SetupError as error:
        say(str(error))
        raise SystemExit(1) from None
    except OSError as error:
        say(f"{error}. Is there room, and may you write, in {root()}?")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        say("\nInterrupted. The same command goes on from here.")
        raise SystemExit(130) from None
    if arguments:
        _run(installation, arguments)


def _run(installation: Installation, arguments: list[str]) -> None:
    python = str(installation.tools_python)
    paths = [str(CHECKOUT), str(CHECKOUT / "localstack")]
    environment = {
        **os.environ,
        VARIABLE: str(root()),
        "PYTHONPATH": os.pathsep.join(paths),
        "PATH": os.pathsep.join([str(installation.uv.parent), os.environ.get("PATH", os.defpath)]),
    }
    os.execve(python, [python, *arguments], environment)  # noqa: S606  (no shell wanted)


main(sys.argv[1:])
