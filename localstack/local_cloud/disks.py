"""The disks that a stack writes to: whether they have room, and changes that survive a power failure."""

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

LEAST_BYTES = 20 * 2**20  # a deployment needs about half of that
# What a system says if nothing can be written: no room, a quota, a read-only disk, another owner.
CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def full(directories: Iterable[Path]) -> str | None:
    """Which of the directories has nearly no room left, as the beginning of a sentence; None if none has."""
    for directory in directories:
        free = shutil.disk_usage(_existing(directory)).free
        if free < LEAST_BYTES:
            return f"the disk of {directory} is full ({free / 2**20:.0f} MB are free)"
    return None


def _existing(directory: Path) -> Path:
    """The directory, or the nearest one above it that exists."""
    return next(path for path in (directory, *directory.parents) if path.exists())


def make_folder(path: Path) -> None:
    """Makes the folder, and those above it, for their owner only. Returns when they are on the disk."""
    if path.is_dir():
        return
    if not path.parent.exists():
        make_folder(path.parent)
    path.mkdir(0o700, exist_ok=True)
    _sync(path.parent)


def write(path: Path, content: bytes) -> None:
    """Returns when the content is on the disk. The file is there with all of it, or as it was before."""
    new = path.with_name(unwritten(path.name))
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def unwritten(name: str) -> str:
    """What `write` leaves in place of a file with this name if it is interrupted."""
    return f"{name}.new"


def empty(folder: Path, last: Path) -> None:
    """Deletes what is in the folder, `last` after all the rest, also in the eyes of the disk."""
    _sync(folder)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path != last:
            path.unlink()
    _sync(folder)
    last.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
