"""Writes zip files for Lambda. The same content gives the same bytes."""

import stat
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from bootstrap.commands import run

EPOCH = (1980, 1, 1, 0, 0, 0)
TEXT, PROGRAM = 0o100644, 0o100755  # modes


def byte_compile(directory: Path, runs_in: str) -> None:
    """Compiles every module, since Lambda cannot store what it compiles in a cold start.

    `runs_in` is the directory on Lambda, for tracebacks. Python does not compare the byte code with its
    source, because the zip has other dates. Raises SetupError if a module has a syntax error.
    """
    run(
        *(sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", directory, "-p", runs_in, directory),
        environment={"PYTHONHASHSEED": "0", "PYTHONPYCACHEPREFIX": ""},  # beside the sources, not elsewhere
    )


def write_zip(directory: Path, target: Path) -> None:
    """Zips all files below the directory, sorted by name, each with the same date.

    Each can be read by all, and run by all if its owner may run it: what else its mode says depends on the
    umask of whoever made it.
    """
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            entry = ZipInfo(path.relative_to(directory).as_posix(), EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = mode(path) << 16
            archive.writestr(entry, path.read_bytes())


def mode(path: Path) -> int:
    """That which the file has in a zip."""
    return PROGRAM if path.stat().st_mode & stat.S_IXUSR else TEXT


def unpack(source: Path, directory: Path) -> None:
    """As Lambda does, with the modes of the files: Python's own function leaves them out."""
    with ZipFile(source) as archive:
        for entry in archive.infolist():
            Path(archive.extract(entry, directory)).chmod(entry.external_attr >> 16)
