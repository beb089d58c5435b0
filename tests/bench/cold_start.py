"""CPU time until a function is ready to serve, in fresh processes, as a ratio to bare boto3.

Measured is what is deployed: the application and the layer as they are packaged, run by the interpreter of
the local functions. Ready means imported, with the clients made that the function's first call needs.
"""

import importlib.util
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bootstrap.installation import install
from infra.application import ARCHIVE as APPLICATION
from infra.archive import byte_compile
from infra.layer import ARCHIVE
from infra.package import package
from infra.target import ARCHITECTURES

ROUNDS = 21
WARM_UP = 2  # rounds that only fill the disk's cache

BARE = """
import boto3
boto3.client("dynamodb"), boto3.client("sqs")
"""
API = """
import os
os.environ["_HANDLER"] = "app.app"
import app
container = app.container
container.adapters.tokens, container.queueing.enqueue, container.adapters.tables.connection.client
"""
WORKER = """
import os
os.environ["_HANDLER"] = "app.worker"
import app
from chalicelib.core.queueing.lane import Lane
from chalicelib.functions import serving
container = app.container
container.queueing.drain(Lane.QUICK), container.adapters.lease("", Lane.QUICK)
container.adapters.tables.connection.client
"""
BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
TIMED = "import time\nbegan = time.process_time()\n{code}\nprint(time.process_time() - began)"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "WAKE_UPS_URL": "http://127.0.0.1/wake-ups.fifo",
    "SLOW_WAKE_UPS_URL": "http://127.0.0.1/slow-wake-ups.fifo",
    "LONG_WAKE_UPS_URL": "http://127.0.0.1/long-wake-ups.fifo",
    "TOKEN_KEYS_ARN": "keys",
} | {f"{table}_TABLE": table for table in ("ACCOUNTS", "SESSIONS", "QUEUES", "REQUESTS", "IDEMPOTENCY")}


@dataclass(frozen=True)
class ColdStart:
    """Milliseconds of CPU time: medians of ROUNDS fresh processes, taken in turns."""

    bare: float
    api: float
    worker: float


def measure(directory: Path) -> ColdStart:
    """`directory` is an empty one to work in."""
    ours, bare = _unpack(directory), _copy_boto3(directory / "boto3")
    runs = ((BARE, bare), (API, ours), (WORKER, ours))
    rounds = [[_run(code, path) for code, path in runs] for _ in range(WARM_UP + ROUNDS)]
    return ColdStart(*(median(times) * 1000 for times in zip(*rounds[WARM_UP:], strict=True)))


def _unpack(directory: Path) -> str:
    """What is deployed, unpacked: a path for Python to find it on."""
    package(ARCHITECTURES[platform.machine()], directory)
    for archive in (APPLICATION, ARCHIVE):
        shutil.unpack_archive(directory / archive, directory / Path(archive).stem)
    return f"{directory / Path(APPLICATION).stem}:{directory / Path(ARCHIVE).stem / 'python'}"


def _copy_boto3(target: Path) -> str:
    """boto3 with what it needs, as a path for Python to find it on; compiled like the layer."""
    for name in BOTO3:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, target / name)
        else:
            shutil.copy(origin, target)
    byte_compile(target, str(target))
    return str(target)


def _run(code: str, path: str) -> float:
    """Seconds of CPU time, without the interpreter's own start. The checkout is not on its path (-P)."""
    ran = subprocess.run(
        [str(install().runtime_python), "-P", "-c", TIMED.format(code=code)],
        env={**ENVIRONMENT, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ran.stdout)
