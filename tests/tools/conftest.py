import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bootstrap.installation import Installation
from local_cloud.emulator import Emulator
from local_cloud.processes import of_stack
from tests.free_ports import free_ports


@dataclass(frozen=True)
class FakeCloud:
    """An emulator with fake_localstack.py in LocalStack's place; that says how it can behave."""

    emulator: Emulator
    program: Path

    def behave(self, how: str) -> None:
        self.program.with_name("behaviour").write_text(how)


def main_pid(fake_cloud: FakeCloud) -> int:
    (main,) = [process for process in of_stack(fake_cloud.emulator.state) if process.is_emulator]
    return main.pid


def is_down(fake_cloud: FakeCloud) -> bool:
    fake_cloud.emulator.ports.require_free()
    return not of_stack(fake_cloud.emulator.state)


def fake_installation(program: Path, extension: Path = Path("/nowhere")) -> Installation:
    return Installation(program, program, program, extension, *[Path("/nowhere")] * 3)


@pytest.fixture
def fake_cloud(tmp_path: Path) -> Iterator[FakeCloud]:
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    source = Path(__file__).with_name("fake_localstack.py").read_text()
    program.write_text(f"#!{sys.executable}\n{source}")
    program.chmod(0o755)
    program.with_name("behaviour").write_text("well")
    installation = fake_installation(program)
    emulator = Emulator(free_ports(), tmp_path / "state", tied=False, installation=installation)
    yield FakeCloud(emulator, program)
    emulator.stop()
