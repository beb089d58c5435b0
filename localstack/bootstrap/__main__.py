"""`python -m bootstrap ARGUMENTS`: sets everything up, then runs our Python with ARGUMENTS."""

from __future__ import annotations

import os
import sys

from bootstrap.cache import CHECKOUT, VARIABLE, root
from bootstrap.commands import say
from bootstrap.errors import SetupError
from bootstrap.installation import install


def main(arguments: list[str]) -> None:
    os.umask(os.umask(0) | 0o022)  # nobody else may change what is set up or made, whatever the shell has set
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
    os.execve(python, [python, *arguments], _environment())  # noqa: S606  (no shell wanted)


def _environment() -> dict[str, str]:
    """Compiled modules are kept in the cache: importing the tools takes twice as long without them."""
    ours = {
        VARIABLE: str(root()),
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "localstack")]),
        "PYTHONPYCACHEPREFIX": str(root() / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "",  # some machines set it to keep checkouts clean, which the prefix does
    }
    return {**os.environ, **ours}


main(sys.argv[1:])
