"""The folder in which data are kept, for one process at a time."""

import fcntl
import os
from pathlib import Path

from gurukool_localstack.kept import files
from gurukool_localstack.settings import SettingError

LOCK = "GURUKOOL_DATA_LOCK"  # set if the caller has locked the folder: the number of its descriptor


def occupy(directory: Path, inherited: str | None) -> str:
    """Makes the folder, for its owner only, and locks it until this process ends.

    `inherited` is the value of LOCK. Raises SettingError if another process uses the folder.
    """
    files.make_folder(directory)
    descriptor = int(inherited) if inherited else os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SettingError(
            f"Another process uses the data in {directory}. Stop it, or choose another folder with --data."
        ) from None
    os.set_inheritable(descriptor, False)  # the lock must not outlive this process
    return str(directory)
