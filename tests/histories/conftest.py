"""A stack of its own on the test's emulator: the application with one handler more."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local_cloud.emulator import Emulator
from tests.histories.count import Counted

CHECKOUT = Path(__file__).parents[2]
STACK = "histories"
PARTS = (
    "app.py",
    "chalicelib",
    "gurukool",
    "infra",
    "localstack",
    "requirements.txt",
    "requirements-dev.txt",
    ".chalice",
)
TABLE: dict[str, Any] = {
    "TableName": Counted.Meta.table_name,
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [
        {"AttributeName": "user_id", "KeyType": "HASH"},
        {"AttributeName": "mark", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "user_id", "AttributeType": "S"},
        {"AttributeName": "mark", "AttributeType": "S"},
    ],
}


@pytest.fixture(scope="session")
def counting_api(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the API."""
    copy = _copy(tmp_path_factory.mktemp("adopter"))
    emulator.client("dynamodb").create_table(**TABLE)
    subprocess.run(
        [sys.executable, "-m", "infra.deploy", "--local", "--stack", STACK],
        cwd=copy,
        env={
            **os.environ,
            "PYTHONPATH": f"{copy}:{copy / 'localstack'}",
            "AWS_ENDPOINT_URL": emulator.edge_url,
        },
        check=True,
    )
    [api] = [a for a in emulator.client("apigateway").get_rest_apis()["items"] if a["name"] == STACK]
    return f"{emulator.edge_url}/_aws/execute-api/{api['id']}/live"


@pytest.fixture(scope="session")
def counting_workers(counting_api: str) -> set[str]:
    """The names of the worker functions."""
    return {f"{STACK}-worker", f"{STACK}-slow-worker"}


def _copy(target: Path) -> Path:
    """An adopter's checkout."""
    for part in PARTS:
        source = CHECKOUT / part
        if source.is_dir():
            shutil.copytree(
                source, target / part, ignore=shutil.ignore_patterns("__pycache__", "deployments")
            )
        else:
            shutil.copyfile(source, target / part)
    shutil.copyfile(Path(__file__).with_name("count.py"), target / "chalicelib/handlers/count.py")
    return target
