"""The folder of a stack's data: where it is, and what is refused."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from local_cloud.data import DATABASE, FORMAT_FILE, Data, directory_of
from local_cloud.deployment import as_last_time
from local_cloud.environment import DATA_VARIABLE
from local_cloud.errors import LocalCloudError
from local_cloud.settings import Settings

CHECKOUT = Path("/home/ada/shop")


@pytest.fixture
def data(tmp_path: Path) -> Data:
    data = Data(tmp_path / "states" / "shop")
    data.prepare()
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


def test_the_application_that_was_deployed_last_is_taken_unless_something_is_said(
    data: Data, tmp_path: Path
) -> None:
    told = list[str]()

    def app_of(app: str) -> Path | None:
        return as_last_time(Settings.from_mapping({"APP": app}), data, told.append).app

    assert app_of("") is None
    data.note_application(tmp_path / "other/../my shop")
    assert not told
    assert app_of("") == tmp_path / "my shop"
    assert told == [f"With the application in {tmp_path}/my shop, as the last time. (APP=none removes it.)"]
    assert (app_of("/another"), app_of("none")) == (Path("/another"), None)
    assert len(told) == 1

    data.note_application(None)
    assert app_of("") is None


def test_it_is_deleted_as_a_whole(data: Data) -> None:
    data.delete()
    assert not data.directory.exists()
    data.delete()


@pytest.mark.parametrize("found", ["2", "", "\udcff"])
def test_another_format_is_refused_and_nothing_is_deleted(data: Data, found: str) -> None:
    (data.directory / FORMAT_FILE).write_bytes(found.encode(errors="surrogateescape"))

    with pytest.raises(LocalCloudError, match=r"of another release of Gurukool.*make reset"):
        data.prepare()

    assert data.exist()


@pytest.mark.parametrize("name", ["secrets.json", DATABASE])
def test_a_damaged_file_is_named(data: Data, name: str) -> None:
    (data.directory / name).write_bytes(b"half a file, which is no JSON" * 1_000)

    with pytest.raises(LocalCloudError, match=rf"The file .*{name} is damaged \(.*make reset"):
        data.prepare()

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
        data.prepare()


def test_a_database_that_is_well_is_accepted(data: Data) -> None:
    with sqlite3.connect(data.directory / DATABASE) as database:
        database.execute("CREATE TABLE things (name TEXT)")
    database.close()

    data.prepare()


def test_a_folder_with_other_things_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    data = Data(tmp_path)

    for refuse in (data.prepare, data.delete):
        with pytest.raises(LocalCloudError, match="they are not the data of a stack"):
            refuse()

    assert list(tmp_path.iterdir()) == [tmp_path / "thesis.tex"]


def test_a_folder_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(
        LocalCloudError, match=r"Not a directory\. Choose another folder with DATA_DIRECTORY="
    ):
        Data(tmp_path / "file" / "data").prepare()


def test_two_stacks_cannot_use_the_same_data(data: Data) -> None:
    environment = {DATA_VARIABLE: str(data.directory), "GURUKOOL_STACK": "/home/bob/shop/.local"}
    command = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()

        with pytest.raises(LocalCloudError, match=r"The stack in /home/bob/shop/\.local uses the data"):
            data.prepare()

        other.communicate(b"\n")
