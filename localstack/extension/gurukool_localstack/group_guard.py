"""`python group_guard.py` kills process groups when its standard input ends, as it does when LocalStack ends.

On Linux the kernel kills the processes that LocalStack has started (system.py), but not those that they have
started. A line `+PID` of the input names the leader of a group; `-PID` says that the group has ended.
"""

import os
import signal
import sys


def main() -> None:
    groups = set[int]()
    for line in sys.stdin:
        (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            """It has ended."""


if __name__ == "__main__":
    main()
