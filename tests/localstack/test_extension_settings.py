"""The extension refuses to start with a setting that is missing or wrong, in a sentence that names it."""

from pathlib import Path

import pytest

from gurukool_localstack.settings import SettingError, Settings, from_environment


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "GURUKOOL_FUNCTION_PYTHON": str(tmp_path),
        "GURUKOOL_DYNAMODB_JAR_DIR": str(tmp_path),
        "GURUKOOL_API_PORT": "3000",
        "GURUKOOL_API": "gurukool/live",
    }


def test_settings_are_read_from_the_environment(environment: dict[str, str], tmp_path: Path) -> None:
    assert from_environment(environment) == Settings(tmp_path, tmp_path, 3000, "gurukool", "live", "off")


def test_data_are_kept_where_the_environment_says(environment: dict[str, str], tmp_path: Path) -> None:
    assert from_environment(environment | {"GURUKOOL_DATA": str(tmp_path)}).data == tmp_path


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("GURUKOOL_FUNCTION_PYTHON", "/no/such/python", "does not exist"),
        ("GURUKOOL_DYNAMODB_JAR_DIR", "", "is not set"),
        ("GURUKOOL_API_PORT", "http", "must be a port number"),
        ("GURUKOOL_API_PORT", "65536", "must be a port number"),
        ("GURUKOOL_DATA", "/no/such/folder", "does not exist"),
        ("GURUKOOL_API", "gurukool", "must be '<api id>/<stage>'"),
        ("GURUKOOL_PERMISSIONS", "on", "must be off, report or enforce"),
    ],
)
def test_a_wrong_value_is_refused(environment: dict[str, str], name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingError, match=f"{name}.*{reason}"):
        from_environment(environment | {name: value})
