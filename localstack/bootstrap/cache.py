"""The cache: one directory a thing, named after what it is made from, valid once `.complete` is in it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from bootstrap.dotenv import assignment

if TYPE_CHECKING:
    from collections.abc import Iterator


CHECKOUT = Path(__file__).resolve().parents[2]
VARIABLE = "GURUKOOL_CACHE"


def root(file: Path = CHECKOUT / ".env") -> Path:
    """GURUKOOL_CACHE, from the environment or `file`, or the place that the desktop's conventions give."""
    given = os.environ.get(VARIABLE) or _from_file(file)
    if given:
        return Path(given).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gurukool"


def _from_file(path: Path) -> str | None:
    lines = path.read_text().splitlines() if path.exists() else []
    found = None
    for line in lines:
        with contextlib.suppress(ValueError):  # local_cloud/settings.py complains, when it reads the file
            name, value = assignment(line) or ("", "")
            found = value if name == VARIABLE else found
    return found


def digest(*sources: bytes) -> str:
    """Short hash of the sources and of the kind of machine they are built on."""
    total = hashlib.sha256(f"{sys.platform} {platform.machine()}".encode())
    for source in sources:
        total.update(hashlib.sha256(source).digest())
    return total.hexdigest()[:16]


class Entry:
    """One thing in the cache."""

    def __init__(self, name: str, *sources: bytes) -> None:
        self.path = root() / f"{name}-{digest(*sources)}"

    def complete(self) -> bool:
        # A virtual environment whose interpreter was removed has a dangling link.
        python = self.path / "bin" / "python"
        return (self.path / ".complete").is_file() and (python.exists() or not python.is_symlink())

    def ensure(self, build: Callable[[Path, int], None]) -> None:
        """Calls `build` with the empty directory and the lock's descriptor, unless the thing is there.

        The lock goes on to the commands that `build` runs: it is free only when the last of them has
        ended, even if this process was killed before them.
        """
        if self.complete():
            return
        with self._locked() as lock:
            if self.complete():
                return
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir()
            build(self.path, lock)
            (self.path / ".complete").touch()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file.fileno()
