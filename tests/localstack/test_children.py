"""What LocalStack has started ends with it."""

import os
import subprocess
import sys
from pathlib import Path

from local_cloud.waiting import wait_until
from tests.localstack.functions import is_running
from tests.patience import PATIENCE_S

# Not every Python can start a session by posix_spawn: those that were built for an old glibc cannot.
BEGIN = """
import os, signal, sys
from pathlib import Path
from gurukool_localstack import children
del os.posix_spawn
"""
# Starts a child that starts another one, says its pid, and is killed.
KILLED = """
source = "import subprocess as s; c = s.Popen(['/bin/sleep', '600']); print(c.pid, flush=True); c.wait()"
child = children.spawn([sys.executable, "-c", source], Path("."), {})
print(child.stdout.readline().decode(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
# Says whether there is a child after the guard could not be started.
UNGUARDED = """
python, sys.executable = sys.executable, "/missing"
try:
    children.spawn([python, "-c", "input()"], Path("."), {})
except FileNotFoundError:
    try:
        print(os.waitpid(-1, os.WNOHANG))
    except ChildProcessError:
        print("none")
"""


def output_of(program: str, directory: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", BEGIN + program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=directory,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    return ended.stdout.strip()


def test_what_a_child_has_started_ends_with_localstack(tmp_path: Path) -> None:
    grandchild = int(output_of(KILLED, tmp_path))
    assert wait_until(lambda: not is_running(grandchild), PATIENCE_S)


def test_a_child_that_nobody_would_end_is_not_started(tmp_path: Path) -> None:
    assert output_of(UNGUARDED, tmp_path) == "none"
