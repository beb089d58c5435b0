"""Whether the application can be loaded at all: a handler that cannot would take every queue down with it.

It is loaded where nothing is installed but what ships, so that a package of the developer's own tools is not
taken for one of the functions'.
"""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from bootstrap.cache import CHECKOUT
from bootstrap.environments import Environment
from infra.errors import DeployError

# What Chalice adds to the application's zip file.
CHALICE = ("__init__.py", "app.py")
LOAD = """
import os, sys, traceback
from pathlib import Path
sys.path[:0] = [os.getcwd(), *sys.argv[1:]]
try:
    import app
    from chalicelib.api import assembly
    from chalicelib.container import Container
    from chalicelib.handlers import inventory
    inventory.complete(Path.cwd(), app.container.handlers)
    assembly.document(Container(os.environ))
except Exception as error:
    below = os.path.join(os.getcwd(), "")
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if frame.filename.startswith(below + "handlers/")]
    places = [f"{frame.filename}, line {frame.lineno}: " for frame in theirs]
    package = isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0]
    advice = "\\n  Is it in requirements.in? Add it there and run `make lock`." if package else ""
    sys.exit(f"{(places or [''])[-1]}{type(error).__name__}: {error}{advice}".replace(below, ""))
"""


def require_loadable(project: Path, packages: Path | None = None) -> None:
    """Completes the project's manifest. Raises DeployError that names the file, the line and the error.

    `packages` is a directory with what the application adds to our requirements.
    """
    with TemporaryDirectory(prefix="gurukool-load-") as temporary:
        _ship_chalice(Path(temporary))
        loaded = subprocess.run(
            [
                str(shipped_python()),
                "-I",
                "-B",
                "-c",
                LOAD,
                temporary,
                *([str(packages)] if packages else []),
            ],
            cwd=project,
            env={**os.environ, "SAMPLE_HANDLERS": "on"},  # so that no type of the application's is a sample's
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if loaded.returncode:
        raise DeployError(
            f"The application cannot be loaded. Nothing was deployed.\n  {loaded.stderr.strip()}"
        )


def shipped_python() -> Path:
    """Of an environment with the packages of the layer, for this machine, and no other."""
    shipped = Environment("shipped", CHECKOUT / "requirements.txt")
    shipped.install()
    return shipped.python


def _ship_chalice(directory: Path) -> None:
    spec = importlib.util.find_spec("chalice")
    assert spec is not None and spec.origin is not None  # noqa: S101, PT018  (it is one of our tools)
    (directory / "chalice").mkdir()
    for name in CHALICE:
        shutil.copyfile(Path(spec.origin).with_name(name), directory / "chalice" / name)
