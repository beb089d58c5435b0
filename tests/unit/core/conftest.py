import pytest

from chalicelib.core.queueing.queue import State
from tests.unit.core.admin_harness import AdminHarness
from tests.unit.core.queue_harness import BROKEN, UNFIT, QueueHarness


@pytest.fixture
def harness() -> QueueHarness:
    return QueueHarness()


@pytest.fixture
def admin_harness() -> AdminHarness:
    return AdminHarness()


@pytest.fixture
def halted(harness: QueueHarness) -> QueueHarness:
    """By request 1; request 2 waits."""
    harness.script[1] = [BROKEN]
    harness.send(type_="halt")
    harness.send()
    harness.run()
    assert harness.queue.state is State.HALTED
    return harness


@pytest.fixture
def held(harness: QueueHarness) -> QueueHarness:
    """By request 1; request 2 waits."""
    harness.unfit[1] = UNFIT
    harness.send(2)
    harness.run()
    assert harness.queue.state is State.HELD
    return harness
