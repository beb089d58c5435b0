"""Applications to try, in folders of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.apps import folder
from infra.apps.folder import App

TABLE = """
Resources:
  balances:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
"""

Read = Callable[..., App]
"""Reads an application that has these files: the text of application.toml, and that of resources.yaml."""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def written(declaration: str = "", resources: str = TABLE) -> App:
        (tmp_path / "handlers").mkdir(exist_ok=True)
        (tmp_path / "application.toml").write_text(declaration)
        (tmp_path / "resources.yaml").write_text(resources)
        return folder.read(tmp_path)

    return written
