"""Where uv and npm keep their own caches: in the home directory, or in ours if that cannot be written.

Who has filled caches keeps their use, and who has no home directory, or one that is read-only, needs none.
"""

from __future__ import annotations

import os
from pathlib import Path

from bootstrap.cache import root


def of_uv() -> dict[str, str]:
    """The variables of uv that differ from those of this process.

    Interpreters that uv has installed are used where they are, also if no other one can be installed there.
    """
    pythons = _base("XDG_DATA_HOME", ".local/share") / "uv" / "python"
    cache = _moved("UV_CACHE_DIR", _base("XDG_CACHE_HOME", ".cache") / "uv", "uv-cache")
    return cache if _has_files(pythons) else cache | _moved("UV_PYTHON_INSTALL_DIR", pythons, "uv-python")


def of_npm() -> dict[str, str]:
    """The variables of npm that differ from those of this process."""
    return _moved("npm_config_cache", _home() / ".npm", "npm-cache")


def _moved(variable: str, usual: Path, name: str) -> dict[str, str]:
    """`variable` with a directory `name` in our cache, unless it is set or `usual` can be written."""
    if os.environ.get(variable) or _is_writable(usual):
        return {}
    return {variable: str(root() / name)}


def _base(variable: str, usual: str) -> Path:
    return Path(os.environ.get(variable) or _home() / usual)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # HOME is not set, and the user has no entry
        return Path("/nonexistent")


def _has_files(path: Path) -> bool:
    try:
        return any(path.iterdir())
    except OSError:
        return False


def _is_writable(path: Path) -> bool:
    """Whether files can be made in `path`, or else where it would be made."""
    existing = next(place for place in (path, *path.parents) if os.path.exists(place))  # noqa: PTH110  (never raises)
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
