"""Whether there is room on the disks that a stack writes to."""

import errno
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
