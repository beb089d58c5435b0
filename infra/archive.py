"""Zip files for Lambda, byte for byte the same whenever their content is."""

import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bootstrap.commands import run

EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE = 0o100644 << 16


def byte_compile(directory: Path, runs_in: str) -> None:
    """Compiles every module, since Lambda cannot keep what it compiles at a cold start.

    The byte code is never checked against its source, whose date a zip does not keep.
    """
    run(
        *(sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", directory, "-p", runs_in, directory),
        environment={"PYTHONHASHSEED": "0"},
    )


def write_zip(directory: Path, target: Path) -> None:
    """Everything below the directory, in the order of the names, with the same date and mode each time."""
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            entry = ZipInfo(path.relative_to(directory).as_posix(), EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = READABLE
            archive.writestr(entry, path.read_bytes())
