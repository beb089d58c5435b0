import pytest

from chalicelib.core.queueing.queue import State
from tests.unit.core.office import Office
from tests.unit.core.stage import BROKEN, Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def halted(stage: Stage) -> Stage:
    """By request 1; request 2 waits."""
    stage.script[1] = [BROKEN]
    stage.send(type_="halt")
    stage.send()
    stage.run()
    assert stage.queue.state is State.HALTED
    return stage
