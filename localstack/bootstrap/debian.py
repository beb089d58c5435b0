"""Debian's packages, where we may install them."""

from __future__ import annotations

import os
import shutil
import time

from bootstrap.commands import run
from bootstrap.errors import SetupError

QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
LOCK_SECONDS = 300  # how long another installer may work, such as the upgrade that many machines start with
POLL_SECONDS = 1.0


def install(package: str, otherwise: str) -> None:
    """Installs `package`; where this is not Debian or we are not root, raises SetupError(otherwise)."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(otherwise)
    command = ("install", "-q", "-y", "--no-install-recommends", package)
    _apt_get("update", "-q")
    try:
        _apt_get(*command)
    except SetupError:
        # Perhaps an earlier installation was interrupted. This repairs it; otherwise it does nothing.
        run("dpkg", "--configure", "-a", environment=QUIET)
        _apt_get(*command)


def _apt_get(*arguments: str) -> None:
    """Runs apt-get as soon as no other installer has its locks."""
    deadline = time.monotonic() + LOCK_SECONDS
    while not _is_done(*arguments, may_wait=time.monotonic() < deadline):
        time.sleep(POLL_SECONDS)


def _is_done(*arguments: str, may_wait: bool) -> bool:
    try:
        run("apt-get", *arguments, environment=QUIET)
    except SetupError as error:
        if may_wait and "Could not get lock" in str(error):
            return False
        raise
    return True
