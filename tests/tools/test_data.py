"""The folder of a stack's data: where it is, and what is refused."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local_cloud import disks
from local_cloud.data import DATABASE, DELETING_FILE, FORMAT_FILE, Data, directory_of
from local_cloud.environment import DATA_VARIABLE
from local_cloud.errors import LocalCloudError

CHECKOUT = Path("/home/ada/shop")
WAITS = [sys.executable, "-c", "print(flush=True); input()"]  # until it reads a line


def prepare(data: Data) -> None:
    with data.prepared():
        """Only that."""


@pytest.fixture
def data(tmp_path: Path) -> Data:
    data = Data(tmp_path / "states" / "shop")
    prepare(data)
    return data


def test_each_checkout_has_a_folder_of_its_own_where_states_belong() -> None:
    ours = directory_of(CHECKOUT, "", {"XDG_STATE_HOME": "/states"})

    assert ours
    assert ours.parent == Path("/states/gurukool")
    assert ours.name.startswith("shop-")
    assert directory_of(Path("/home/ada/old/shop"), "", {"XDG_STATE_HOME": "/states"}) != ours
    assert directory_of(CHECKOUT, "", {}) == Path.home() / ".local/state/gurukool" / ours.name


def test_it_can_be_chosen_or_done_without() -> None:
    assert directory_of(CHECKOUT, "../data") == CHECKOUT / "../data"
    assert directory_of(CHECKOUT, "/data") == Path("/data")
    assert directory_of(CHECKOUT, "none") is None


def test_only_its_owner_can_read_it(data: Data) -> None:
    assert data.exist()
    assert data.directory.stat().st_mode & 0o777 == 0o700


def test_a_note_of_the_application_is_there_as_a_whole_or_as_it_was(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / os.fsdecode(b"caf\xe9")  # a path is bytes, in whatever encoding
    data.note_application(first)

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left"):
        data.note_application(tmp_path / "second")
    monkeypatch.undo()
    assert data.application() == first

    data.note_application(None)
    assert data.application() is None


def no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_it_is_deleted_as_a_whole(data: Data) -> None:
    (data.directory / "objects").mkdir()
    (data.directory / "objects" / "one").touch()
    data.delete()
    assert not data.directory.exists()
    data.delete()


@pytest.mark.parametrize("next_command", [prepare, Data.delete])
def test_a_deletion_that_is_interrupted_leaves_nothing_that_counts_as_data(
    data: Data, monkeypatch: pytest.MonkeyPatch, next_command: Callable[[Data], None]
) -> None:
    for name in ("secrets.json", DATABASE):
        (data.directory / name).touch()
    with monkeypatch.context() as patch:
        patch.setattr(disks, "empty", interrupted)
        with pytest.raises(KeyboardInterrupt):
            data.delete()
    assert not data.exist()

    next_command(data)

    left = {path.name for path in data.directory.glob("*")}
    assert left == ({FORMAT_FILE} if next_command is prepare else set())


def interrupted(folder: Path, last: Path) -> None:
    (folder / "secrets.json").unlink()
    assert last == folder / DELETING_FILE
    raise KeyboardInterrupt


def test_a_folder_that_was_not_made_to_its_end_is_made_anew(data: Data) -> None:
    """As after a power failure while `make up` began to make it."""
    (data.directory / FORMAT_FILE).rename(data.directory / disks.unwritten(FORMAT_FILE))

    prepare(data)

    assert [path.name for path in data.directory.iterdir()] == [FORMAT_FILE]


def test_an_empty_format_is_damage(data: Data) -> None:
    (data.directory / FORMAT_FILE).write_text("")

    with pytest.raises(LocalCloudError, match=r"The file .*format is damaged \(it is empty\)\. Put a copy"):
        prepare(data)


@pytest.mark.parametrize("found", ["2", "\udcff"])
def test_another_format_is_refused_and_nothing_is_deleted(data: Data, found: str) -> None:
    (data.directory / FORMAT_FILE).write_bytes(found.encode(errors="surrogateescape"))

    with pytest.raises(LocalCloudError, match=r"of another release of Gurukool.*make reset"):
        prepare(data)

    assert data.exist()


@pytest.mark.parametrize("name", ["secrets.json", DATABASE])
def test_a_damaged_file_is_named(data: Data, name: str) -> None:
    (data.directory / name).write_bytes(b"half a file, which is no JSON" * 1_000)

    with pytest.raises(LocalCloudError, match=rf"The file .*{name} is damaged \(.*make reset"):
        prepare(data)

    assert (data.directory / name).exists()


def test_a_page_that_the_disk_has_lost_is_noticed(data: Data) -> None:
    path = data.directory / DATABASE
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE things (name TEXT)")
        database.executemany("INSERT INTO things VALUES (?)", [("x" * 1_000,)] * 100)
    database.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\0" * 4096 + content[12288:])

    with pytest.raises(LocalCloudError, match="is damaged"):
        prepare(data)


def test_a_database_that_is_well_is_accepted(data: Data) -> None:
    with sqlite3.connect(data.directory / DATABASE) as database:
        database.execute("CREATE TABLE things (name TEXT)")
    database.close()

    prepare(data)


def test_a_folder_with_other_things_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    tmp_path.chmod(0o755)
    data = Data(tmp_path)

    for refuse in (prepare, Data.delete):
        with pytest.raises(LocalCloudError, match="they are not the data of a stack"):
            refuse(data)

    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert list(tmp_path.iterdir()) == [tmp_path / "thesis.tex"]


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(
        LocalCloudError, match=r"Not a directory\. Choose another folder with DATA_DIRECTORY="
    ):
        prepare(Data(tmp_path / "file" / "data"))


@pytest.mark.parametrize("refuse", [prepare, Data.delete])
def test_data_that_a_stack_uses_are_neither_used_nor_deleted(
    data: Data, refuse: Callable[[Data], None]
) -> None:
    """Under any name: the folder itself is locked."""
    link = data.directory.with_name("link")
    link.symlink_to(data.directory)
    with data.prepared() as lock:
        other = subprocess.Popen(WAITS, pass_fds=[lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with other:
        with pytest.raises(LocalCloudError, match=r"Another process uses the data in .*link\. Stop it"):
            refuse(Data(link))
        assert data.exist()
        other.communicate(b"\n")

    refuse(Data(link))


@pytest.mark.parametrize("refuse", [prepare, Data.delete])
def test_the_stack_of_an_earlier_release_which_does_not_lock_its_data_is_named(
    data: Data, refuse: Callable[[Data], None]
) -> None:
    environment = {DATA_VARIABLE: str(data.directory), "GURUKOOL_STACK": "/home/bob/shop/.local"}
    with subprocess.Popen(WAITS, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()

        with pytest.raises(LocalCloudError, match=r"The stack in /home/bob/shop/\.local uses the data"):
            refuse(data)

        other.communicate(b"\n")


def test_data_that_are_deleted_while_somebody_waits_for_them_are_not_used(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    stock = os.open

    def open_and_delete(path: Path, flags: int) -> int:
        monkeypatch.undo()
        descriptor = stock(path, flags)
        data.delete()
        return descriptor

    monkeypatch.setattr(os, "open", open_and_delete)
    with pytest.raises(LocalCloudError, match="uses the data"):
        prepare(data)
