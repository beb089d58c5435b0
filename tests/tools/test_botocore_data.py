"""The part of botocore that ships with the functions."""

import importlib.util
import shutil
from pathlib import Path

import pytest
from botocore.loaders import Loader
from botocore.session import Session

from infra.botocore_data import SERVICES, cut_down

HOSTS = {"cloudwatch": "monitoring"}  # where a service answers that has another name there
NOT_NEEDED = "ec2"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """botocore's own data of our services and of one more."""
    spec = importlib.util.find_spec("botocore")
    assert spec is not None
    assert spec.origin is not None
    whole, data = Path(spec.origin).parent / "data", tmp_path_factory.mktemp("botocore") / "data"
    data.mkdir()
    for entry in whole.iterdir():
        if entry.is_file():
            shutil.copy(entry, data)
        elif entry.name in {*SERVICES, NOT_NEEDED}:
            shutil.copytree(entry, data / entry.name)
    cut_down(data)
    return data


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_client_of_each_of_our_services_can_be_made(data: Path, service: str) -> None:
    session = Session()
    session.register_component("data_loader", _only(data))

    client = session.create_client(
        service, region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )

    host = HOSTS.get(service, service)
    assert client.meta.endpoint_url == f"https://{host}.eu-west-1.amazonaws.com"
    assert client.meta.service_model.operation_names


def test_nothing_else_is_there(data: Path) -> None:
    assert set(_only(data).list_available_services("service-2")) == SERVICES


def test_the_manual_is_gone(data: Path) -> None:
    texts = [path.read_text() for path in data.rglob("service-2.json")]

    assert len(texts) >= len(SERVICES)
    assert not [text for text in texts if '"documentation":"' in text]


def _only(data: Path) -> Loader:
    return Loader(extra_search_paths=[str(data)], include_default_search_paths=False)
