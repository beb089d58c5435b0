"""Debian's packages, where we may install them."""

from __future__ import annotations

import os
import shutil
import time

from bootstrap.commands import run
from bootstrap.errors import SetupError

QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
LOCK_SECONDS = 300  # for an upgrade that runs by itself, as one does after many a machine's start
POLL_SECONDS = 1.0


def install(package: str, otherwise: str) -> None:
    """Installs `package`; where this is not Debian or we are not root, raises SetupError(otherwise)."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(otherwise)
    _update()
    try:
        _install(package)
    except SetupError:
        # Perhaps because an installation was interrupted before; where none was, this does nothing.
        run("dpkg", "--configure", "-a", environment=QUIET)
        _install(package)


def _update() -> None:
    """Waits here, since apt-get does for the lock of the packages, but not for that of their lists."""
    deadline = time.monotonic() + LOCK_SECONDS
    while not _is_updated(may_wait=time.monotonic() < deadline):
        time.sleep(POLL_SECONDS)


def _is_updated(*, may_wait: bool) -> bool:
    try:
        run("apt-get", "update", "-q", environment=QUIET)
    except SetupError as error:
        if may_wait and "Could not get lock" in str(error):
            return False
        raise
    return True


def _install(package: str) -> None:
    wait = ("-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}")
    run("apt-get", *wait, "install", "-q", "-y", "--no-install-recommends", package, environment=QUIET)
