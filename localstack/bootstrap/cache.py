"""The cache: a directory for each thing that is set up, named after everything that it is made from."""

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

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
VARIABLE = "GURUKOOL_CACHE"
LAYOUT = "2"  # of the cache itself; another one leaves the directories of earlier releases alone


def root() -> Path:
    """The directory of the cache: GURUKOOL_CACHE, or the place that the desktop's conventions give."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gurukool"


class Entry:
    """One directory in the cache. It is there as a whole or not at all."""

    def __init__(self, name: str, *sources: bytes) -> None:
        """`sources`: what the directory is made from; with other sources it is another entry."""
        self.path = root() / f"{name}-{_digest(sources)}"

    def complete(self) -> bool:
        """Whether it is there, and if it is a virtual environment, whether its interpreter still exists."""
        python = self.path / "bin" / "python"
        return self.path.is_dir() and (python.exists() or not python.is_symlink())

    def ensure(self, build: Callable[[Path], None]) -> None:
        """Calls `build` with an empty directory to fill, unless the entry is there.

        The directory gets its name in the cache after `build` has returned. If a build is interrupted, or if
        its commands outlive it, they only write into a directory that nothing else uses.
        """
        if self.complete():
            return
        with self._locked():
            if self.complete():
                return
            self._remove_what_is_incomplete()
            unfinished = self._unfinished(str(os.getpid()))
            unfinished.mkdir()
            build(unfinished)
            unfinished.rename(self.path)

    def _remove_what_is_incomplete(self) -> None:
        """Gives it another name first. If the removal is interrupted, the rest must not count as complete."""
        if self.path.exists():
            self.path.rename(self._unfinished(f"outdated-{os.getpid()}"))
        for outdated in self.path.parent.glob(f"{self.path.name}.building-*"):
            shutil.rmtree(outdated, ignore_errors=True)

    def _unfinished(self, name: str) -> Path:
        return self.path.with_name(f"{self.path.name}.building-{name}")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Lets a second builder wait for the first, since building twice would be a waste."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f"{self.path.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class FixedEntry(Entry):
    """An entry that must be built where it stays, since what is in it depends on its path."""

    def complete(self) -> bool:
        return self._mark().exists()

    def ensure(self, build: Callable[[Path], None]) -> None:
        """As that of Entry, but `build` gets the directory itself. Nothing uses it until it is complete."""
        if self.complete():
            return
        with self._locked():
            if self.complete():
                return
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir()
            build(self.path)
            self._mark().touch()

    def _mark(self) -> Path:
        return self.path / "complete"


def _digest(sources: tuple[bytes, ...]) -> str:
    """A short hash of the sources and of the kind of machine that they are built on."""
    total = hashlib.sha256(f"{LAYOUT} {sys.platform} {platform.machine()}".encode())
    for source in sources:
        total.update(hashlib.sha256(source).digest())
    return total.hexdigest()[:16]
