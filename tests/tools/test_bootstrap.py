import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bootstrap import cache
from bootstrap.cache import Entry
from bootstrap.commands import Commands
from bootstrap.errors import SetupError
from local_cloud.waiting import wait_until


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GURUKOOL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def build(directory: Path, lock: int) -> None:
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
    def interrupted(directory: Path, lock: int) -> None:
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
    def venv(directory: Path, lock: int) -> None:
        build(directory, lock)
        (directory / "bin").mkdir()
        (directory / "bin" / "python").symlink_to(tmp_path / "python3.13")

    entry = Entry("environment", b"1")
    (tmp_path / "python3.13").touch()
    entry.ensure(venv)
    assert entry.complete()
    (tmp_path / "python3.13").unlink()
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


def test_a_command_that_outlives_its_builder_keeps_the_next_builder_waiting(
    empty_cache: Path, tmp_path: Path
) -> None:
    """Else two programs would write into one directory."""
    entry, fifo = Entry("thing", b"1"), tmp_path / "fifo"
    os.mkfifo(fifo)
    orphan = outliving_command(tmp_path / "pid", fifo)
    next_builder = threading.Thread(target=entry.ensure, args=[build], daemon=True)
    try:
        next_builder.start()
        assert wait_until(lambda: waits_for_a_lock(os.getpid()), seconds=10)
        assert not entry.complete()
    finally:
        os.kill(orphan, signal.SIGKILL)
    next_builder.join(timeout=10)
    assert entry.complete()


def outliving_command(pid: Path, fifo: Path) -> int:
    """The number of a command that would end only when somebody writes into `fifo`; its builder is gone."""
    program = f"""
from bootstrap.cache import Entry
from bootstrap.commands import run
script = "echo $$ >{pid}.new; mv {pid}.new {pid}; exec cat {fifo}"
Entry("thing", b"1").ensure(lambda directory, lock: run("/bin/sh", "-c", script, lock=lock))
"""
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", program], env={**os.environ, **paths}) as builder:
        try:
            assert wait_until(pid.exists, seconds=10)
        finally:
            builder.kill()
    return int(pid.read_text())


def waits_for_a_lock(process: int) -> bool:
    """Whether the kernel has a thread of it in the queue for a lock of a whole file."""
    waiting = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "->" in line]
    return any(words[2] == "FLOCK" and words[5] == str(process) for words in waiting)


def test_the_cache_is_where_the_variable_the_file_or_the_conventions_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache.root() == tmp_path / "cache"
    monkeypatch.delenv("GURUKOOL_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.root(tmp_path / "none") == tmp_path / "xdg" / "gurukool"
    (tmp_path / "env").write_text(f"PORT=3001\nnonsense\nexport GURUKOOL_CACHE='{tmp_path}/mine' # disk\n")
    assert cache.root(tmp_path / "env") == tmp_path / "mine"


def test_a_command_that_fails_is_told_with_its_last_lines() -> None:
    with pytest.raises(SetupError) as failure:
        Commands().run("/bin/sh", "-c", "seq 100; echo No space left >&2; exit 3")
    assert "failed with exit status 3:" in str(failure.value)
    assert str(failure.value).endswith("\n    100\n    No space left")
    assert "\n    50\n" not in str(failure.value)


def test_a_program_that_is_missing_is_told_in_a_sentence() -> None:
    with pytest.raises(SetupError, match="/no/such/program"):
        Commands().run("/no/such/program")


def test_stopping_ends_what_runs_and_lets_nothing_start(tmp_path: Path) -> None:
    commands, begun = Commands(), tmp_path / "begun"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(commands.run, "/bin/sh", "-c", f"touch {begun}; exec sleep 60")
        try:
            assert wait_until(begun.exists, seconds=10)
        finally:
            commands.stop()
        with pytest.raises(SetupError, match="exit status -15"):
            running.result(timeout=10)
    with pytest.raises(SetupError, match="interrupted"):
        commands.run("/bin/true")
