import pytest

from tests.unit.core.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()
