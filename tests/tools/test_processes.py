import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from local_cloud.processes import MARK, TASK_ROOT, kill_all, of_stack
from local_cloud.waiting import wait_until
from tests.patience import PATIENCE_S


@contextmanager
def sleeping(environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "600"], env=environment, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_all_processes_of_a_stack_are_killed_and_no_other(tmp_path: Path) -> None:
    stack, other = tmp_path / "a", tmp_path / "ab"
    with (
        sleeping({MARK: str(stack)}) as emulator,
        sleeping({TASK_ROOT: f"{stack}/tmp/code"}) as function,
        sleeping({MARK: str(other)}) as others_emulator,
        sleeping({TASK_ROOT: f"{other}/tmp/code"}) as others_function,
        sleeping({"PWD": str(stack)}) as shell,
    ):
        assert {process.pid for process in of_stack(stack)} == {emulator.pid, function.pid}
        kill_all(stack)
        assert emulator.poll() is not None
        assert function.poll() is not None
        assert [others_emulator.poll(), others_function.poll(), shell.poll()] == [None, None, None]
        assert not of_stack(stack)


def test_an_orphan_is_found(tmp_path: Path) -> None:
    script = "sleep 600 & exit"
    subprocess.run(["/bin/sh", "-c", script], env={MARK: str(tmp_path)}, check=True)
    # For a moment the shell's child is still called what the shell was.
    assert wait_until(
        lambda: [found.command for found in of_stack(tmp_path)] == [("sleep", "600")], PATIENCE_S
    )
    kill_all(tmp_path)
    assert not of_stack(tmp_path)


def test_a_process_whose_parent_does_not_reap_it_counts_as_ended(tmp_path: Path) -> None:
    """Such as the first process of some containers."""
    script = f"{MARK}='{tmp_path}' sleep 600 & exec sleep 600"
    with subprocess.Popen(["/bin/sh", "-c", script]) as parent:
        try:
            assert wait_until(
                lambda: [found.command for found in of_stack(tmp_path)] == [("sleep", "600")], PATIENCE_S
            )
            kill_all(tmp_path)
            assert not of_stack(tmp_path)
        finally:
            parent.kill()


def test_killing_nothing_is_harmless(tmp_path: Path) -> None:
    kill_all(tmp_path)
