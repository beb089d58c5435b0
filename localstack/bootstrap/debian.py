"""Debian's packages, where we may install them."""

from __future__ import annotations

import os
import shutil

from bootstrap.commands import run
from bootstrap.errors import SetupError


def install(package: str, otherwise: str) -> None:
    """Installs `package`; where this is not Debian or we are not root, raises SetupError(otherwise)."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetupError(otherwise)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("dpkg", "--configure", "-a", environment=quiet)  # an installation that was interrupted
    run("apt-get", "update", "-q", environment=quiet)
    run("apt-get", "install", "-q", "-y", "--no-install-recommends", package, environment=quiet)
