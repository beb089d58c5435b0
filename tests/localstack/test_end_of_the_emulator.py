"""However LocalStack ends, nothing of it is left."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from gurukool_localstack.system import ON_LINUX
from local_cloud.emulator import Emulator
from local_cloud.ports import is_free
from local_cloud.processes import of_stack
from local_cloud.waiting import wait_until
from tests.free_ports import free_ports
from tests.localstack.functions import deploy
from tests.patience import PATIENCE_S

SOURCE = """
    import os
    def handler(event, context):
        return os.getpid()
"""


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_when_localstack_ends_its_functions_and_its_database_end(end: signal.Signals, tmp_path: Path) -> None:
    with Emulator(free_ports(), tmp_path) as emulator:
        assert deploy(emulator, SOURCE).invoke().payload
        processes = of_stack(emulator.state)
        lookers_on = 0 if ON_LINUX else 2  # system.py
        assert len(processes) == 3 + lookers_on  # LocalStack, DynamoDB Local, the function
        (localstack,) = [process for process in processes if process.is_emulator]
        os.kill(localstack.pid, end)
        assert wait_until(lambda: of_stack(emulator.state) == [], PATIENCE_S)
        for port in (emulator.ports.api, emulator.ports.edge, emulator.ports.dynamodb):
            assert wait_until(partial(is_free, port), PATIENCE_S)
        if end == signal.SIGTERM:
            assert list((tmp_path / "tmp").glob("lambda*")) == [], "the code of functions"
