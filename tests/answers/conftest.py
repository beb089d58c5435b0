from collections.abc import Iterator, Mapping

import pytest

from chalicelib.settings import CHOICES, RESOURCES
from local_cloud.api_client import Api
from tests.answers.service import Service
from tests.e2e.users import User
from tests.infra.cloud import forget_clients


@pytest.fixture
def settings() -> Mapping[str, str]:
    """What the operator has chosen. For a test to override."""
    return {}


@pytest.fixture
def service(settings: Mapping[str, str]) -> Iterator[Service]:
    with pytest.MonkeyPatch.context() as patch:
        for name in (*RESOURCES, *(choice.name for choice in CHOICES)):
            patch.delenv(name, raising=False)
        for name, text in {"SAMPLE_HANDLERS": "on", **settings}.items():
            patch.setenv(name, text)
        forget_clients()
        yield Service(patch)
    forget_clients()


@pytest.fixture
def api(service: Service) -> Api:
    return service.api


@pytest.fixture
def user(service: Service) -> User:
    return service.sign_up()


@pytest.fixture
def admin(service: Service) -> User:
    return service.make_admin(service.sign_up())
