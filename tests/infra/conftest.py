"""The packaged application, made once for these tests, and its code on moto."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from infra.package import package
from tests.infra.caller import Caller
from tests.infra.cloud import Cloud
from tests.infra.documents import Document


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What goes to AWS: template.json, application.zip, layer.zip."""
    directory = tmp_path_factory.mktemp("packaged")
    package("arm64", directory)
    return directory


@pytest.fixture(scope="session")
def template(packaged: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((packaged / "template.json").read_text())
    return document


@pytest.fixture
def cloud(template: Document) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        yield Cloud(template, patch)


@pytest.fixture
def caller(cloud: Cloud) -> Caller:
    return Caller(cloud)
