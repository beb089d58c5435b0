"""What LocalStack has started ends with it."""

import os
import subprocess
import sys
from pathlib import Path

from local_cloud.waiting import wait_until
from tests.localstack.functions import is_running
from tests.patience import PATIENCE_S

# Starts a child that starts another one, says its pid, and is killed.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from gurukool_localstack import children
source = "import subprocess as s; c = s.Popen(['/bin/sleep', '600']); print(c.pid, flush=True); c.wait()"
child = children.spawn([sys.executable, "-c", source], Path("."), {})
print(child.stdout.readline().decode(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_child_has_started_ends_with_localstack(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        check=False,
        timeout=PATIENCE_S,
    )
    grandchild = int(ended.stdout)
    assert wait_until(lambda: not is_running(grandchild), PATIENCE_S)
