import pytest

from tests.unit.core.office import Office
from tests.unit.core.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def office() -> Office:
    return Office()
