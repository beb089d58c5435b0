"""The Lambda layer with the functions' dependencies."""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from infra import archive, cache
from infra.errors import DeployError

PYTHON = "3.13"
# Lambda's python3.13 runs on Amazon Linux 2023 with glibc 2.34; 2.28 also suits every Debian since 10.
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
ARCHIVE = "layer.zip"


def build(requirements: Path, architecture: str) -> Path:
    """The layer's zip, from the cache if it was built before. Raises DeployError, for one where a wheel is missing."""
    makers = [Path(__file__), Path(archive.__file__)]
    key = cache.digest(*(path.read_bytes() for path in [requirements, *makers]), architecture.encode())
    make = partial(_make, requirements, PLATFORMS[architecture])
    return cache.directory(f"layer-{key}", make) / ARCHIVE


def _make(requirements: Path, platform: str, directory: Path) -> None:
    content = directory / "content"
    packages = content / "python"
    _install(requirements, platform, packages)
    _drop_what_lambda_never_reads(packages)
    archive.byte_compile(content, "/opt")
    archive.write_zip(content, directory / ARCHIVE)
    shutil.rmtree(content)


def _install(requirements: Path, platform: str, packages: Path) -> None:
    command = [find_uv(), "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]
    command += ["--python", sys.executable, "--python-version", PYTHON, "--python-platform", platform]
    command += ["--target", str(packages), "--requirement", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(
            f"The functions' dependencies could not be installed for {platform}:\n{done.stderr}"
        )


def _drop_what_lambda_never_reads(packages: Path) -> None:
    (packages / ".lock").unlink(missing_ok=True)
    shutil.rmtree(packages / "bin", ignore_errors=True)


def find_uv() -> str:
    """$UV, else the uv beside this interpreter, else the one on the PATH."""
    beside = Path(sys.executable).with_name("uv")
    found = os.environ.get("UV") or (str(beside) if beside.exists() else shutil.which("uv"))
    if not found:
        raise DeployError("uv was not found: install it (https://docs.astral.sh/uv/) or set UV to its path.")
    return found
