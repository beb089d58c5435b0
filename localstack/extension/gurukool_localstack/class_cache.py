"""Keeps the archive of DynamoDB Local's classes in the cache. It is made once, for what it is made from."""

import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_COMPLETE = "complete"  # the last file of an archive's directory
# If Java, the disk, or what should be DynamoDB Local does not do its part.
_FAILURES = (OSError, subprocess.CalledProcessError, zipfile.BadZipFile, KeyError, ValueError)


def ensure(cache: Path, made_from: Sequence[str], make: Callable[[Path], None]) -> Path | None:
    """The directory with the archive, below `cache`; None if it cannot be made, which is said.

    `make` fills the directory, which has its final name already, since an archive fits one path only. What a
    `make` that was interrupted has left is never used. Another process that needs the same waits.
    """
    digest = hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:16]
    directory = cache / f"dynamodb-classes-{digest}"
    try:
        if not (directory / _COMPLETE).exists():
            _make_alone(directory, make)
    except _FAILURES as error:
        print(
            f"No archive of DynamoDB Local's classes could be made in {directory}: {_reason(error)} "
            "DynamoDB Local starts without, in twice the CPU time.",
            flush=True,
        )
        return None
    return directory


def _make_alone(directory: Path, make: Callable[[Path], None]) -> None:
    with _locked(directory.with_suffix(".lock")):
        if (directory / _COMPLETE).exists():
            return
        print(
            f"Making an archive of DynamoDB Local's classes in {directory}, with which it starts in half the "
            "CPU time. This is done once.",
            flush=True,
        )
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        try:
            make(directory)
        except _FAILURES:
            shutil.rmtree(directory, ignore_errors=True)  # while nobody else makes it
            raise
        (directory / _COMPLETE).touch()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _reason(error: Exception) -> str:
    """In a sentence, with the last words of a program that has failed."""
    said = str(getattr(error, "stderr", None) or "").strip()[-500:]
    return f"{type(error).__name__}: {error}{f' ({said})' if said else ''}".rstrip(".") + "."
