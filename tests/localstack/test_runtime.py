"""The process of a function on its own, with a small runtime in place of AWS's."""

import sys
import threading
from pathlib import Path

from gurukool_localstack.functions.process import FunctionProcess
from gurukool_localstack.functions.runtime import Launch, Outcome, OutOfMemory, Runtime
from gurukool_localstack.functions.runtime_api import Invocation, Returned
from tests.patience import PATIENCE_S

LIMIT_MEGABYTES = 128
# The payload is how many megabytes an invocation uses and gives back at once.
RUNTIME = """
import os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as answer:
        megabytes, name = int(answer.read()), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    len(b"x" * (megabytes * 2**20))
    urllib.request.urlopen(api + name + "/response", b"1").read()
"""


def invoke(runtime: Runtime, megabytes: int) -> Outcome:
    payload = str(megabytes).encode()
    return runtime.invoke(Invocation(f"of-{megabytes}", "arn", "trace", 0, payload, None), PATIENCE_S)


def test_memory_counts_against_the_invocation_that_has_used_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUNTIME]
    launch = Launch(command, tmp_path, lambda api: {"AWS_LAMBDA_RUNTIME_API": api}, LIMIT_MEGABYTES)
    runtime = Runtime(launch, lambda _line: None)
    assert runtime.initialise(PATIENCE_S) is None
    assert invoke(runtime, 1) == Returned(b"1", failed=False)
    assert invoke(runtime, 2 * LIMIT_MEGABYTES) == OutOfMemory()
    assert not runtime.alive


def test_a_line_that_nobody_can_take_keeps_neither_the_next_one_nor_the_end(tmp_path: Path) -> None:
    lines, ended = list[str](), threading.Event()

    def take(line: str) -> None:
        if line == "poison":
            raise AttributeError(line)
        lines.append(line)

    program = "print('poison', flush=True); print('next', flush=True); print('poison')"
    FunctionProcess([sys.executable, "-c", program], tmp_path, {}, take, lambda _status: ended.set())
    assert ended.wait(PATIENCE_S)
    assert lines == ["next"]
