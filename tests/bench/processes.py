"""CPU time of the processes of a local cloud, by what they are."""

from collections import defaultdict
from collections.abc import Mapping

from local_cloud.emulator import Emulator
from local_cloud.processes import Process, of_stack

LOCALSTACK, JAVA = "LocalStack", "DynamoDB Local"


class CpuMeter:
    """`functions`: what to call each function, by its name on the local cloud."""

    def __init__(self, emulator: Emulator, functions: Mapping[str, str]) -> None:
        self._emulator = emulator
        self._functions = functions

    def seconds(self) -> dict[str, float]:
        """What the living processes have used since they began. Those that have ended are not counted."""
        used: dict[str, float] = defaultdict(float)
        for process in of_stack(self._emulator.state):
            if name := self._name(process):
                times = process.handle.cpu_times()
                used[name] += times.user + times.system
        return used

    def _name(self, process: Process) -> str | None:
        if process.is_function:
            return self._functions.get(process.command[-1].removeprefix("lambda:"))
        if process.is_emulator:
            return LOCALSTACK
        return JAVA if "java" in process.command[0] else None
