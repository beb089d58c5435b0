"""The Lambda layer with the functions' dependencies."""

import shutil
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from bootstrap import uv
from bootstrap.cache import Entry
from infra import archive, botocore_data

PYTHON = "3.13"
# Lambda's python3.13 runs on Amazon Linux 2023 with glibc 2.34; 2.28 also suits every Debian since 10.
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
# The local functions of a Mac are processes of macOS. Untested.
MAC_PLATFORMS = {"arm64": "aarch64-apple-darwin", "x86_64": "x86_64-apple-darwin"}
ARCHIVE = "layer.zip"


def build(
    requirements: Path, architecture: str, services: Iterable[str] = (), *, on_mac: bool = False
) -> Path:
    """The layer's zip, from the cache if it was built before. Raises SetupError if a wheel is missing.

    `services` are those of AWS that botocore has to know beside ours. `on_mac`: for functions that run there.
    """
    platform = (MAC_PLATFORMS if on_mac else PLATFORMS)[architecture]
    known = sorted({*botocore_data.SERVICES, *services})
    builders = [Path(file) for file in (__file__, archive.__file__, botocore_data.__file__)]
    sources = [path.read_bytes() for path in [requirements, *builders]]
    entry = Entry("layer", platform.encode(), " ".join(known).encode(), *sources)
    entry.ensure(partial(_build, requirements, platform, known))
    return entry.path / ARCHIVE


def _build(requirements: Path, platform: str, services: list[str], directory: Path) -> None:
    content = directory / "content"
    packages = content / "python"
    _install(requirements, platform, packages)
    _drop_what_lambda_never_reads(packages, services)
    archive.byte_compile(content, "/opt")
    archive.write_zip(content, directory / ARCHIVE)
    shutil.rmtree(content)


def _install(requirements: Path, platform: str, packages: Path) -> None:
    uv.run(
        *("pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"),
        *("--python", sys.executable, "--python-version", PYTHON, "--python-platform", platform),
        # Copied, since what is cut down here must not be cut down in uv's cache and all that is linked to it.
        *("--target", packages, "--link-mode", "copy", "--requirement", requirements),
    )


def _drop_what_lambda_never_reads(packages: Path, services: list[str]) -> None:
    (packages / ".lock").unlink(missing_ok=True)
    shutil.rmtree(packages / "bin", ignore_errors=True)
    data = packages / "botocore" / "data"
    if data.is_dir():
        botocore_data.cut_down(data, services)
