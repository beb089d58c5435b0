from collections.abc import Mapping

import pytest

from local_cloud.api_client import Api
from tests.answers.service import Service
from tests.e2e.users import User


@pytest.fixture
def settings() -> Mapping[str, str]:
    """What the operator has chosen. For a test to override."""
    return {}


@pytest.fixture
def service(settings: Mapping[str, str]) -> Service:
    return Service(settings)


@pytest.fixture
def api(service: Service) -> Api:
    return service.api


@pytest.fixture
def user(service: Service) -> User:
    return service.sign_up()


@pytest.fixture
def admin(service: Service) -> User:
    return service.make_admin(service.sign_up())
