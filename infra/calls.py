"""How a program was called."""

import os
from pathlib import Path


def called_with(path: str) -> Path:
    """A path of the command line: it begins where the person stands, not where localstack/run goes."""
    return Path(os.environ.get("GURUKOOL_CALLED_FROM", "")) / Path(path).expanduser()
