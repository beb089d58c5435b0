"""Directories that are costly to make, kept outside the checkout and named after what they are made from."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

COMPLETE = ".complete"


def root() -> Path:
    given = os.environ.get("GURUKOOL_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gurukool"


def digest(*parts: bytes) -> str:
    """A short hash of the parts; where one ends and the next begins counts."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:16]


def directory(name: str, make: Callable[[Path], None]) -> Path:
    """The complete directory of that name; `make` fills it if there is none. Builders of one name wait for each other."""
    path = root() / name
    if (path / COMPLETE).exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock(path.with_name(name + ".lock")):
        if not (path / COMPLETE).exists():
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            make(path)
            (path / COMPLETE).touch()
    return path


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
