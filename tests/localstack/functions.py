"""Lambda functions for the tests of the emulator, made from a few lines of source."""

import base64
import io
import json
import textwrap
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from local_cloud.waiting import wait_until
from tests.patience import PATIENCE_S

ROLE = "arn:aws:iam::000000000000:role/test"


class Cloud(Protocol):
    """What these tests use of the emulator."""

    def client(self, service: str) -> Any: ...


@dataclass(frozen=True)
class Invocation:
    payload: Any
    error: str | None
    log: str  # its last 4 KB


@dataclass(frozen=True)
class Function:
    client: Any
    name: str

    def invoke(self, **event: Any) -> Invocation:
        answer = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event), LogType="Tail")
        log = base64.b64decode(answer["LogResult"]).decode()
        return Invocation(json.loads(answer["Payload"].read()), answer.get("FunctionError"), log)

    def delete(self) -> None:
        self.client.delete_function(FunctionName=self.name)

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"


def deploy(
    cloud: Cloud,
    source: str,
    environment: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    **options: Any,
) -> Function:
    """Create a function from the source of a module with a `handler`, and wait until it is active.

    `files` lie beside the module.
    """
    client = cloud.client("lambda")
    name = f"test-{uuid.uuid4().hex[:12]}"
    code = {"ZipFile": zipped({"app.py": textwrap.dedent(source), **(files or {})})}
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Environment={"Variables": dict(environment or {})},
        **{"Role": ROLE, "Timeout": 10, "MemorySize": 256, "Code": code} | options,
    )
    assert wait_until(lambda: _state(client, name) == "Active", PATIENCE_S)
    return Function(client, name)


def deploy_failing_once(cloud: Cloud, mark: Path, trouble: str, answer: str) -> Function:
    """A function whose first import carries out the statement `trouble`, and leaves the file `mark`.

    The handler returns the value of the expression `answer`.
    """
    return deploy(
        cloud,
        f"""
        import os, pathlib, signal, time
        mark = pathlib.Path({str(mark)!r})
        if not mark.exists():
            mark.touch()
            {trouble}
        def handler(event, context):
            return {answer}
        """,
    )


def zipped(files: Mapping[str, str]) -> bytes:
    """The same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


def _state(client: Any, name: str) -> str:
    return str(client.get_function_configuration(FunctionName=name)["State"])


def is_running(pid: int) -> bool:
    """Whether the process lives; one that has ended and was not reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_named(name: str) -> list[int]:
    """The processes of the function with this name: it is in their last argument."""
    found = psutil.process_iter(["cmdline"])
    return [process.pid for process in found if f"lambda:{name}" in (process.info["cmdline"] or ())]
