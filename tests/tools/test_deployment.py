"""Which application a command deploys, if it is lines none. The cloud is left out."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from infra import deploy as program
from infra.errors import unfinished_if_lost
from infra.new import write
from local_cloud import disks
from local_cloud.data import APPLICATION_FILE, Data
from local_cloud.deployment import as_last_time, deploy
from local_cloud.errors import LocalCloudError
from local_cloud.settings import Settings
from tests.tools.conftest import FakeCloud


@pytest.fixture
def data(tmp_path: Path) -> Data:
    data = Data(tmp_path / "data")
    with data.prepared():
        return data


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write(tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[program.Options]:
    """With what infra.deploy was called."""
    asked = list[program.Options]()

    def deploy(_target: object, _given: object, _report: object, options: program.Options) -> dict[str, str]:
        asked.append(options)
        return {"ApiUrl": "http://api"}

    monkeypatch.setattr(program, "deploy", deploy)
    return asked


def test_the_one_that_was_deployed_last_is_taken_unless_something_is_said(
    data: Data, lines: list[str], tmp_path: Path
) -> None:
    def app_of(app: str) -> Path | None:
        return as_last_time(Settings.from_mapping({"APP": app}), data, lines.append).app

    assert app_of("") is None
    data.note_application(tmp_path / "other/../my shop")
    assert not lines
    assert app_of("") == tmp_path / "my shop"
    assert lines == [f"With the application in {tmp_path}/my shop, as the last time. (APP=none removes it.)"]
    assert (app_of("/another"), app_of("none")) == (Path("/another"), None)
    assert len(lines) == 1

    data.note_application(None)
    assert app_of("") is None


def test_a_deployment_knows_whether_its_application_was_named(
    data: Data, shop: Path, asked: list[program.Options], fake_cloud: FakeCloud
) -> None:
    fake_cloud.emulator.data = data
    for app in (str(shop), "", "none"):
        deploy(fake_cloud.emulator, as_last_time(Settings.from_mapping({"APP": app}), data, print), print)

    found = [(options.app and options.app.path, options.app_is_noted) for options in asked]
    assert found == [(shop, False), (shop, True), (None, False)]
    assert [options.without_app for options in asked] == [False, False, True]
    assert data.application() is None


@pytest.mark.usefixtures("asked")
def test_a_deployment_that_cannot_be_noted_is_no_failure(
    data: Data, lines: list[str], shop: Path, fake_cloud: FakeCloud
) -> None:
    (data.directory / disks.unwritten(APPLICATION_FILE)).mkdir()  # in the way

    fake_cloud.emulator.data = data
    outputs = deploy(fake_cloud.emulator, Settings.from_mapping({"APP": str(shop)}), lines.append)

    assert outputs == {"ApiUrl": "http://api"}
    [line] = lines
    assert line.startswith("Which application was deployed could not be noted (Is a directory): say APP=")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:4566"), "was lost"),
        (ClientError({"Error": {"Code": "InternalError"}}, "DescribeStacks"), "failed"),
    ],
)
def test_a_localstack_that_is_lost_or_fails_in_the_middle_is_told_with_its_log(
    fake_cloud: FakeCloud, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def lose(*_: object) -> None:
        with unfinished_if_lost():
            raise error

    monkeypatch.setattr(program, "deploy", lose)
    with pytest.raises(LocalCloudError) as lost:
        deploy(fake_cloud.emulator, Settings.from_mapping({}), print)
    assert f"LocalStack {told} while it changed the stack: {error}" in str(lost.value)
    assert str(lost.value).endswith(f"Its log: {fake_cloud.emulator.log}")
