"""The extension as a package of its own: a stranger installs it and deploys the example of its README.

Nothing here is of this application: the package is installed from its folder, started by its command, and
gets no variable GURUKOOL_*.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
import urllib3

from bootstrap import uv
from bootstrap.installation import EXTENSION, SERVICE_INDEX, install
from gurukool_localstack import dynamodb_package
from gurukool_localstack.system import bound_to_parent
from local_cloud.waiting import wait_until
from tests.free_ports import free_ports
from tests.patience import PATIENCE_S

START_SECONDS = 90
EXAMPLE = EXTENSION / "example"
ACCOUNT = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    log: Path
    port: int

    def client(self, service: str) -> Any:
        session = boto3.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=f"http://127.0.0.1:{self.port}")


@pytest.fixture(scope="module")
def environment_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the package. LocalStack itself is that of the cache: it takes a minute."""
    installed, venv = install(), tmp_path_factory.mktemp("stranger") / "venv"
    uv.run("venv", "--quiet", "--no-project", "--python", installed.localstack_python, venv)
    (site,) = venv.glob("lib/python*/site-packages")
    (shared,) = installed.localstack_python.parents[1].glob("lib/python*/site-packages")
    (site / "localstack.pth").write_text(f"{shared}\n")
    source = shutil.copytree(EXTENSION, venv / "source")  # setuptools writes beside what it builds
    options = ("--quiet", "--offline", "--no-deps", "--no-build-isolation")
    uv.run("pip", "install", *options, "--python", venv / "bin" / "python", source)
    (venv / "functions").symlink_to(installed.runtime_python.parents[1])
    return venv


@pytest.fixture(scope="module")
def running(environment_of_its_own: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home, ports = tmp_path_factory.mktemp("home of a stranger"), free_ports()
    _provide(home / ".cache" / "gurukool-localstack", ports.edge)
    log = home / "log"
    given = ["--port", str(ports.edge), "--dynamodb-port", str(ports.dynamodb)]
    program = str(environment_of_its_own / "bin" / "gurukool-localstack")
    with log.open("wb") as output:
        process = subprocess.Popen(
            bound_to_parent([program, *given]),
            cwd=home,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "AWS_PROFILE": "of the stranger"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        is_ready = lambda: "\nReady." in log.read_text() or process.poll() is not None  # noqa: E731
        assert wait_until(is_ready, START_SECONDS)
        assert process.poll() is None, log.read_text()
        yield Running(process, log, ports.edge)
    finally:
        process.kill()
        process.wait()


def _provide(cache: Path, port: int) -> None:
    """What the first start fetches and makes."""
    installed = install()
    cache.mkdir(parents=True)
    dynamodb_package.place(cache).symlink_to(installed.dynamodb.parent)
    index = cache / str(port) / "localstack" / SERVICE_INDEX
    index.parent.mkdir(parents=True)
    index.symlink_to(installed.service_index)


def test_the_first_start_makes_an_archive_of_classes_from_which_java_starts(running: Running) -> None:
    [mark] = (running.log.parent / ".cache" / "gurukool-localstack").glob("dynamodb-classes-*/complete")
    children = psutil.Process(running.process.pid).children(recursive=True)
    read = {mapping.path for child in children for mapping in child.memory_maps()}
    assert str(mark.with_name("classes.jsa")) in read


def test_a_route_a_queue_and_a_table_of_another_application_work(running: Running, tmp_path: Path) -> None:
    api = f"{deploy(running, tmp_path)}orders/ada"

    for article in ("tea", "milk", "bread"):
        urllib3.request("POST", api, json={"article": article})
    arrived = lambda: urllib3.request("GET", api).json() == ["tea", "milk", "bread"]  # noqa: E731

    assert wait_until(arrived, PATIENCE_S), running.log.read_text()


def test_ctrl_c_ends_it_with_all_its_processes(running: Running) -> None:
    processes = psutil.Process(running.process.pid).children(recursive=True)
    assert processes, "DynamoDB Local and the functions"

    running.process.send_signal(signal.SIGINT)

    assert running.process.wait(timeout=PATIENCE_S) == 0
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE_S)
    assert alive == []


def deploy(running: Running, directory: Path) -> str:
    """Deploys the example, as `aws cloudformation package` and `deploy` do. Returns its address."""
    source, packed = directory / "orders", directory / "packed"
    shutil.copytree(EXAMPLE, source)
    subprocess.run(
        [Path(sys.executable).with_name("chalice"), "package", "--merge-template", "resources.json", packed],
        cwd=source,
        env={**os.environ, **ACCOUNT},
        capture_output=True,
        check=True,
    )
    store, stacks = running.client("s3"), running.client("cloudformation")
    store.create_bucket(Bucket="code")
    store.upload_file(str(packed / "deployment.zip"), "code", "orders.zip")
    template = (packed / "sam.json").read_text().replace("./deployment.zip", "s3://code/orders.zip")
    stacks.create_stack(
        StackName="orders",
        TemplateBody=json.dumps(json.loads(template)),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )

    def described() -> Any:
        return stacks.describe_stacks(StackName="orders")["Stacks"][0]

    assert wait_until(lambda: described()["StackStatus"] != "CREATE_IN_PROGRESS", PATIENCE_S)
    assert described()["StackStatus"] == "CREATE_COMPLETE", running.log.read_text()
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described()["Outputs"]}
    return str(outputs["EndpointURL"])
