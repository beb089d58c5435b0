"""How a program was called."""

import argparse
import os
from pathlib import Path


def called_with(path: str) -> Path:
    """A path of the command line, which begins where the person stands, not where localstack/run goes."""
    return (Path(os.environ.get("GURUKOOL_CALLED_FROM", "")) / Path(path).expanduser()).resolve()


def file_to_write(path: str) -> Path:
    """The same for a file, as a type for argparse. Raises ArgumentTypeError if there is no folder for it."""
    file = called_with(path)
    if not file.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {file.parent}")
    return file


def pair(text: str) -> tuple[str, str]:
    """The parts of NAME=VALUE, as a type for argparse. Raises ArgumentTypeError."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value
