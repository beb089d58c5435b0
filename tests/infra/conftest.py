"""The packaged application, made once for these tests."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.package import package


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
