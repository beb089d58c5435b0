import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bootstrap import cache
from bootstrap.cache import Entry
from bootstrap.commands import run
from bootstrap.errors import SetupError
from local_cloud.waiting import wait_until
from tests.localstack.functions import is_running
from tests.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GURUKOOL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def build(directory: Path) -> None:
    with (directory / "builds").open("a") as builds:
        builds.write("built\n")


def builds(entry: Entry) -> int:
    return len((entry.path / "builds").read_text().splitlines())


def test_a_thing_is_built_once() -> None:
    Entry("thing", b"1").ensure(build)
    Entry("thing", b"1").ensure(build)
    assert builds(Entry("thing", b"1")) == 1


def test_a_thing_made_from_something_else_is_another_thing() -> None:
    assert Entry("thing", b"1").path != Entry("thing", b"2").path
    assert Entry("thing", b"1", b"2").path != Entry("thing", b"12").path


def test_a_half_finished_thing_is_built_anew() -> None:
    def interrupted(directory: Path) -> None:
        (directory / "half").touch()
        raise KeyboardInterrupt

    entry = Entry("thing", b"1")
    with pytest.raises(KeyboardInterrupt):
        entry.ensure(interrupted)
    assert not entry.complete()
    entry.ensure(build)
    assert entry.complete()
    assert not (entry.path / "half").exists()


def test_an_environment_whose_interpreter_is_gone_is_built_anew(tmp_path: Path) -> None:
    def venv(directory: Path) -> None:
        build(directory)
        (directory / "bin").mkdir()
        (directory / "bin" / "python").symlink_to(tmp_path / "python3.13")

    entry = Entry("environment", b"1")
    (tmp_path / "python3.13").touch()
    entry.ensure(venv)
    assert entry.complete()
    (tmp_path / "python3.13").unlink()
    assert not entry.complete()


def test_a_removal_that_was_interrupted_leaves_nothing_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def venv(directory: Path) -> None:
        (directory / "bin").mkdir()
        (directory / "bin" / "python").symlink_to(tmp_path / "python that is gone")

    def interrupted(path: Path, **_: object) -> None:
        (path / "bin" / "python").unlink()
        raise KeyboardInterrupt

    entry = Entry("environment", b"1")
    entry.ensure(venv)
    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        entry.ensure(venv)
    assert not entry.complete()


def test_two_builders_at_once_build_once() -> None:
    both = threading.Barrier(2)

    def ensure() -> None:
        both.wait()
        Entry("thing", b"1").ensure(build)

    threads = [threading.Thread(target=ensure) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert builds(Entry("thing", b"1")) == 1


def test_a_command_that_outlives_its_builder_writes_into_nothing_that_is_used(
    empty_cache: Path, tmp_path: Path
) -> None:
    entry, fifo = Entry("thing", b"1"), tmp_path / "fifo"
    os.mkfifo(fifo)
    orphan = outliving_command(tmp_path / "pid", fifo)
    entry.ensure(build)
    with fifo.open("w") as words:
        words.write("late")
    assert wait_until(lambda: not is_running(orphan), PATIENCE_S)
    assert [path.name for path in entry.path.iterdir()] == ["builds"]
    assert list(empty_cache.glob("*building*")) == []


def outliving_command(pid: Path, fifo: Path) -> int:
    """The number of a command that writes a file when somebody writes into `fifo`; its builder is gone."""
    program = f"""
from bootstrap.cache import Entry
from bootstrap.commands import run
script = "echo $$ >{pid}.new; mv {pid}.new {pid}; exec cat {fifo} >late"
Entry("thing", b"1").ensure(lambda directory: run("/bin/sh", "-c", script, cwd=directory))
"""
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **paths}) as builder:
        try:
            assert wait_until(pid.exists, PATIENCE_S)
        finally:
            builder.kill()
    return int(pid.read_text())


def test_the_cache_is_where_the_variable_or_the_conventions_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.root() == tmp_path / "cache"
    monkeypatch.delenv("GURUKOOL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.root() == tmp_path / "xdg" / "gurukool"


def test_a_command_that_fails_is_told_with_its_last_lines() -> None:
    with pytest.raises(SetupError) as failure:
        run("/bin/sh", "-c", "seq 100; echo No space left >&2; exit 3")
    assert "failed with exit status 3:" in str(failure.value)
    assert str(failure.value).endswith("\n    100\n    No space left")
    assert "\n    50\n" not in str(failure.value)


def test_a_program_that_is_missing_is_told_in_a_sentence() -> None:
    with pytest.raises(SetupError, match="/no/such/program"):
        run("/no/such/program")
