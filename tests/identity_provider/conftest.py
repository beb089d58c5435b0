from collections.abc import Iterator

import pytest

from tests.answers.service import Service
from tests.e2e.users import User
from tests.identity_provider.provider import Provider
from tests.identity_provider.signing import SigningProvider, new_service


@pytest.fixture(scope="session")
def running() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Iterator[Provider]:
    """It answers at the beginning of each test, whatever the last one has done to it."""
    yield running
    running.stop()
    running.start()


@pytest.fixture(scope="module")
def signing() -> SigningProvider:
    return SigningProvider()


@pytest.fixture
def service(signing: SigningProvider) -> Service:
    """The application in this process. It accepts what `signing` signs."""
    return new_service(signing)


@pytest.fixture
def admin(service: Service) -> User:
    return service.make_admin(service.sign_up())
