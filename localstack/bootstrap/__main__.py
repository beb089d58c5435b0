"""`python -m bootstrap ARGUMENTS`: sets everything up, then runs our Python with ARGUMENTS."""

from __future__ import annotations

import os
import sys

from bootstrap.cache import CHECKOUT, VARIABLE, root
from bootstrap.commands import say
from bootstrap.errors import SetupError
from bootstrap.installation import install


def main(arguments: list[str]) -> None:
    try:
        python = str(install().tools_python)
    except SetupError as error:
        say(str(error))
        raise SystemExit(1) from None
    except OSError as error:
        say(f"{error}. Is there room, and may you write, in {root()}?")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        say("\nInterrupted. The same command goes on from here.")
        raise SystemExit(130) from None
    if not arguments:
        return
    paths = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "localstack")])
    environment = {**os.environ, VARIABLE: str(root()), "PYTHONPATH": paths}
    os.execve(python, [python, *arguments], environment)  # noqa: S606  (no shell wanted)


main(sys.argv[1:])
