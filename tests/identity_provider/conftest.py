from collections.abc import Iterator

import pytest

from tests.identity_provider.provider import Provider


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
