"""Data that commands of a stack keep or delete, with a fake in LocalStack's place."""

import errno
import fcntl
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud import disks
from local_cloud import stack as stack_module
from local_cloud.data import APPLICATION_FILE, FORMAT_FILE, Data
from local_cloud.deployment import as_last_time
from local_cloud.emulator import Emulator
from local_cloud.errors import LocalCloudError
from local_cloud.settings import Settings
from local_cloud.stack import Stack
from local_cloud.waiting import wait_until
from tests.free_ports import free_ports
from tests.patience import PATIENCE_S
from tests.tools.conftest import FakeCloud, fake_installation, is_down, main_pid


def test_down_says_where_the_data_are_and_reset_deletes_them(
    fake_cloud: FakeCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Data(tmp_path / "data")
    fake_cloud.emulator.data = data
    stack = Stack(fake_cloud.emulator, deploy=lambda _: (data.directory / "mine").touch())

    stack.up()
    stack.down()
    assert (
        f"Its data are in {data.directory}; `make down DATA=delete` deletes them." in capsys.readouterr().out
    )
    assert (data.directory / "mine").exists()

    stack.down_and_delete()
    assert not data.directory.exists()
    assert capsys.readouterr().out.endswith("Nothing was running.\nIts data are deleted.\n")

    stack.up()
    first = main_pid(fake_cloud)
    (data.directory / "mine").write_text("old")
    stack.reset()
    assert (data.directory / "mine").read_text() == ""
    assert main_pid(fake_cloud) != first


@pytest.mark.parametrize("command", [Stack.up, Stack.reset])
def test_what_is_deployed_is_chosen_by_data_that_no_other_command_changes(
    fake_cloud: FakeCloud, tmp_path: Path, command: Callable[[Stack], None]
) -> None:
    data = Data(tmp_path / "data")
    with data.prepared():
        data.note_application(tmp_path)
    fake_cloud.emulator.data = data
    chosen = list[Path | None]()

    def choose() -> Path | None:
        with (fake_cloud.emulator.state / "lock").open() as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        chosen.append(data.application())
        return chosen[0]

    command(Stack(fake_cloud.emulator, lambda _: chosen.append(None), choose=choose))
    assert chosen == [tmp_path, None]


@pytest.mark.parametrize("fails", ["start", "deployment"])
def test_a_reset_that_fails_does_not_forget_the_application(
    fake_cloud: FakeCloud, tmp_path: Path, fails: str
) -> None:
    data = Data(tmp_path / "data")
    with data.prepared():
        data.note_application(tmp_path / "shop")
    fake_cloud.emulator.data = data
    named = Settings.from_mapping({})
    deployed = list[Path | None]()

    def chosen() -> Settings:
        return as_last_time(named, data, print)

    def refuse(_: Emulator) -> None:
        raise LocalCloudError("No.")

    if fails == "start":
        fake_cloud.program.chmod(0)
    with pytest.raises((LocalCloudError, OSError)):
        Stack(fake_cloud.emulator, refuse, choose=lambda: chosen().app).reset()
    fake_cloud.program.chmod(0o755)
    Stack(fake_cloud.emulator, lambda _: deployed.append(chosen().app)).up()

    assert deployed == [tmp_path / "shop"]


def test_a_reset_to_no_application_that_fails_does_not_take_the_old_one(
    fake_cloud: FakeCloud, tmp_path: Path
) -> None:
    data = Data(tmp_path / "data")
    with data.prepared():
        data.note_application(tmp_path / "shop")
    fake_cloud.emulator.data = data

    def refuse(_: Emulator) -> None:
        raise LocalCloudError("No.")

    with pytest.raises(LocalCloudError):
        Stack(fake_cloud.emulator, refuse, choose=lambda: None).reset()

    assert data.application() is None


def test_a_reset_without_room_says_that_the_data_are_deleted(
    fake_cloud: FakeCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Data(tmp_path / "data")
    with data.prepared():
        (data.directory / "mine").touch()
    fake_cloud.emulator.data = data
    monkeypatch.setattr(disks, "LEAST_BYTES", 2**70)

    with pytest.raises(LocalCloudError, match=r"^The stack is down, and was not started again: the disk of"):
        Stack(fake_cloud.emulator, deploy=lambda _: None).reset()

    assert not (data.directory / "mine").exists()
    assert capsys.readouterr().out.endswith("Its data are deleted.\n")


@pytest.mark.parametrize("file", [FORMAT_FILE, APPLICATION_FILE])
@pytest.mark.parametrize("least", [2**70, 0])  # 0: as with a quota, of which the disk knows nothing
def test_a_reset_that_cannot_write_says_which_application_to_name(
    fake_cloud: FakeCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, least: int
) -> None:
    data = Data(tmp_path / "data")
    with data.prepared():
        data.note_application(tmp_path / "my shop")
    fake_cloud.emulator.data = data
    stack = Stack(fake_cloud.emulator, deploy=lambda _: None, choose=data.application)
    write = disks.write

    def fail(path: Path, content: bytes) -> None:
        if path.name == file:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    monkeypatch.setattr(disks, "write", fail)
    monkeypatch.setattr(disks, "LEAST_BYTES", least)
    with pytest.raises(LocalCloudError) as failed:
        stack.reset()

    assert str(failed.value).startswith("The stack is down, and was not started again: ")
    assert ("is full" if least else "No space left on device") in str(failed.value)
    assert str(failed.value).endswith(f"start it with `make up APP='{tmp_path}/my shop'`.")


def test_no_command_begins_in_the_middle_of_a_reset(
    fake_cloud: FakeCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the data would be deleted below the stack that it starts."""
    said: list[str] = []
    monkeypatch.setattr(stack_module, "say", said.append)

    class Watched(Data):
        def delete(self) -> None:
            other.start()
            assert wait_until(lambda: any("waiting for it" in line for line in said), PATIENCE_S)
            super().delete()

    fake_cloud.emulator.data = Watched(tmp_path / "data")
    stack = Stack(fake_cloud.emulator, deploy=lambda _: None)
    other = threading.Thread(target=stack.up)
    stack.up()

    stack.reset()
    other.join(PATIENCE_S)

    assert any("already running" in line for line in said)
    assert fake_cloud.emulator.data.exist()


def test_the_data_of_a_running_stack_are_not_deleted_from_elsewhere(
    fake_cloud: FakeCloud, tmp_path: Path
) -> None:
    data = Data(tmp_path / "data")
    fake_cloud.emulator.data = data
    Stack(fake_cloud.emulator, deploy=lambda _: None).up()
    elsewhere = Emulator(
        free_ports(), tmp_path / "elsewhere", data=data, installation=fake_installation(tmp_path)
    )

    with pytest.raises(LocalCloudError, match=rf"The stack in {fake_cloud.emulator.state} uses the data"):
        Stack(elsewhere, deploy=lambda _: None).down_and_delete()

    assert data.exist()
    assert fake_cloud.emulator.is_healthy()


def test_data_that_cannot_be_used_leave_everything_as_it_is(fake_cloud: FakeCloud, tmp_path: Path) -> None:
    fake_cloud.emulator.data = Data(tmp_path)

    with pytest.raises(LocalCloudError, match="they are not the data of a stack"):
        Stack(fake_cloud.emulator, deploy=lambda _: None).up()

    assert is_down(fake_cloud)
