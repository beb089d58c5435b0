"""The extension refuses to start with a setting that is missing or wrong, in a sentence that names it."""

import sys
from pathlib import Path

import pytest

from gurukool_localstack.settings import Api, SettingError, Settings, from_environment, nearest_python


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "GURUKOOL_FUNCTION_PYTHON": str(tmp_path),
        "GURUKOOL_DYNAMODB_JAR_DIR": str(tmp_path),
        "GURUKOOL_API_PORT": "3000",
        "GURUKOOL_API": "gurukool/live",
    }


def test_settings_are_read_from_the_environment(environment: dict[str, str], tmp_path: Path) -> None:
    assert from_environment(environment) == Settings(
        tmp_path, tmp_path, "off", Api(3000, "gurukool", "live"), None
    )


def test_most_settings_have_a_default(tmp_path: Path) -> None:
    """Functions run where the command runs, and no API has a port of its own."""
    chosen = from_environment({"GURUKOOL_DYNAMODB_JAR_DIR": str(tmp_path)})

    assert chosen == Settings(Path(sys.executable), tmp_path, "off", None, None)


def test_the_port_of_an_api_has_a_default(tmp_path: Path) -> None:
    given = {"GURUKOOL_DYNAMODB_JAR_DIR": str(tmp_path), "GURUKOOL_API": "orders/api"}

    assert from_environment(given).api == Api(3000, "orders", "api")


def test_functions_run_in_the_environment_that_was_made_for_them(tmp_path: Path) -> None:
    python = tmp_path / "functions" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()

    assert nearest_python(str(tmp_path)) == python


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
        ("GURUKOOL_API", "gurukool", "must be '<name of an API>/<stage>'"),
        ("GURUKOOL_API", "Orders/api", "must name an API in lower case"),
        ("GURUKOOL_PERMISSIONS", "on", "must be off, report or enforce"),
    ],
)
def test_a_wrong_value_is_refused(environment: dict[str, str], name: str, value: str, reason: str) -> None:
    with pytest.raises(SettingError, match=f"{name}.*{reason}"):
        from_environment(environment | {name: value})
