"""Whether the application can be loaded at all: a handler that cannot would take every queue down with it."""

import subprocess
import sys
from pathlib import Path

from infra.errors import DeployError

LOAD = """
import os, sys, traceback
sys.path.insert(0, os.getcwd())
try:
    import app
    from chalicelib.entrypoints import openapi
    openapi.document()
except Exception as error:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(os.getcwd())]
    where = next((frame for frame in reversed(ours) if "/handlers/" in frame.filename), ours[-1])
    place = f"{os.path.relpath(where.filename)}, line {where.lineno}"
    sys.exit(f"{place}: {type(error).__name__}: {error}")
"""


def require_loadable(project: Path) -> None:
    """Raises DeployError that names the file, the line and the error."""
    loaded = subprocess.run(
        [sys.executable, "-I", "-B", "-c", LOAD],
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if loaded.returncode:
        raise DeployError(
            f"The application cannot be loaded. Nothing was deployed.\n  {loaded.stderr.strip()}"
        )
