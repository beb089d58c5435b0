"""What ships in the layer: our requirements, and beside them what the application imports.

That is resolved with ours as constraints, and pinned by hash. Whoever has an identity provider also needs
cryptography.
"""

import hashlib
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from bootstrap import uv
from bootstrap.cache import CHECKOUT, Entry
from infra.errors import DeployError
from infra.pinning import PYTHON, pin

SOURCE, PINNED = "requirements.in", "requirements.txt"
OURS = CHECKOUT / PINNED
FOR_OIDC = CHECKOUT / "requirements-oidc.txt"
NAME = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def lock(folder: Path) -> Path:
    """Writes the folder's requirements.txt from its requirements.in. Raises SetupError."""
    target = folder / PINNED
    _compile(folder / SOURCE, target)
    target.write_text(f"{_stamp(folder)}\n{target.read_text()}")
    return target


def combined(folder: Path | None, *, oidc: bool = False) -> Path:
    """A file with all that ships: our requirements, and what the application adds. Raises SetupError.

    `oidc`: whether there is an identity provider.
    """
    ours = _ours(oidc)
    further = [block for name, block in ours.items() if name not in _ours()]
    added = "".join((*further, _added(folder, ours)))
    if not added:
        return OURS
    entry = Entry("requirements", OURS.read_bytes(), added.encode())
    entry.ensure(partial(_combine, added))
    return entry.path / PINNED


def installed(folder: Path) -> Path | None:
    """A directory with what the application adds, for this machine. None if it adds nothing.

    Raises SetupError.
    """
    added = _added(folder, _ours())
    if not added:
        return None
    entry = Entry("application-packages", added.encode())
    entry.ensure(partial(_install, added))
    return entry.path / "packages"


def _ours(oidc: bool = False) -> dict[str, str]:
    """Our own pins, by the names of the packages."""
    files = (OURS, FOR_OIDC) if oidc else (OURS,)
    return {name: block for file in files for name, block in _blocks(file.read_text())}


def _added(folder: Path | None, ours: Mapping[str, str]) -> str:
    """The application's pins but for the packages that are ours. Raises SetupError."""
    if folder is None or not _has_requirements(folder / SOURCE):
        return ""
    theirs = dict(_blocks(_pinned(folder).read_text()))
    for name in theirs.keys() & ours.keys():
        if _version(theirs[name]) != _version(ours[name]):
            raise DeployError(
                f"{folder / PINNED} pins {_version(theirs[name])}, "
                f"and Gurukool ships {_version(ours[name])}. {_advice(folder)}"
            )
    return "".join(block for name, block in theirs.items() if name not in ours)


def _pinned(folder: Path) -> Path:
    """The folder's own pins, or, as long as it has none, those that are resolved now. Raises SetupError."""
    own = folder / PINNED
    if own.exists():
        if own.read_text().splitlines()[:1] != [_stamp(folder)]:
            raise DeployError(f"{own} was not made from {SOURCE} as it is now. {_advice(folder)}")
        return own
    entry = Entry("application-requirements", (folder / SOURCE).read_bytes(), OURS.read_bytes())
    entry.ensure(lambda directory: _compile(folder / SOURCE, directory / PINNED))
    return entry.path / PINNED


def _advice(folder: Path) -> str:
    return f"Run `make lock APP={shlex.quote(str(folder))}`."


def _compile(source: Path, target: Path) -> None:
    pin(source, target, *PYTHON, "--no-annotate", "--constraints", OURS)


def _combine(added: str, directory: Path) -> None:
    (directory / PINNED).write_text(OURS.read_text() + added)


def _install(pins: str, directory: Path) -> None:
    requirements = directory / PINNED
    requirements.write_text(pins)
    uv.run(
        *("pip", "install", "--quiet", "--require-hashes", "--no-deps", "--python", sys.executable),
        *("--only-binary", ":all:", "--target", directory / "packages", "--requirement", requirements),
    )


def _has_requirements(source: Path) -> bool:
    lines = source.read_text().splitlines() if source.exists() else []
    return any(line.strip() and not line.strip().startswith("#") for line in lines)


def _stamp(folder: Path) -> str:
    digest = hashlib.sha256((folder / SOURCE).read_bytes()).hexdigest()[:16]
    return f"# From requirements.in {digest}, by `make lock`."


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each package's lines, by its normalised name."""
    starts = [found.start() for found in NAME.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        block = text[start:end]
        yield re.sub(r"[-_.]+", "-", block.partition("==")[0]).lower(), f"{block.rstrip()}\n"


def _version(block: str) -> str:
    return block.split(maxsplit=1)[0]
