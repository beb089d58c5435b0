"""Two checkouts on one machine."""

from pathlib import Path

import pytest

from local_cloud.emulator import Emulator
from local_cloud.errors import LocalCloudError
from local_cloud.owners import require_own
from local_cloud.stack import Stack
from tests.tools.conftest import FakeCloud, fake_installation


@pytest.fixture
def stack(fake_cloud: FakeCloud) -> Stack:
    return Stack(fake_cloud.emulator, deploy=lambda _: None)


def test_the_stack_of_another_checkout_is_told_by_its_name(
    fake_cloud: FakeCloud, stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.up()
    ports = fake_cloud.emulator.ports
    emulator = Emulator(ports, tmp_path / "mine", installation=fake_installation(fake_cloud.program))
    mine = Stack(emulator, deploy=lambda _: None)
    capsys.readouterr()
    assert mine.status() == 3
    mine.down()
    told = capsys.readouterr().out
    assert told.count(f"Port {ports.api} belongs to the stack of {fake_cloud.emulator.state} (`make -C ") == 2
    assert fake_cloud.emulator.is_healthy()


def test_what_changes_a_stack_refuses_another_checkouts(fake_cloud: FakeCloud, stack: Stack) -> None:
    require_own(fake_cloud.emulator.ports.edge, {})  # nothing is there yet
    stack.up()
    edge = fake_cloud.emulator.ports.edge
    with pytest.raises(LocalCloudError, match=f"belongs to the stack of {fake_cloud.emulator.state}"):
        require_own(edge, {})
    require_own(edge, {"AWS_ENDPOINT_URL": fake_cloud.emulator.edge_url})  # it was named outright
