"""Pins the packages that a file names, and all that they need, by version and hash."""

from pathlib import Path

from bootstrap import uv

OPTIONS = ("--universal", "--generate-hashes", "--no-header", "--quiet")
PYTHON = ("--python-version", "3.13")  # of the functions, and of all tools but the bootstrap


def pin(source: Path | str, target: Path | str, *options: str | Path) -> None:
    """Writes `target` from `source`; relative paths begin in the checkout.

    A version that `target` pins already stays, unless `source` requires another one. `options` are those of
    `uv pip compile`. Raises SetupError.
    """
    uv.run("pip", "compile", *OPTIONS, *options, source, "--output-file", target)
