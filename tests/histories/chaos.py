"""Breaks the stack while it works."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.request import Request, urlopen

import psutil

from local_cloud.emulator import Emulator
from local_cloud.processes import Process, of_stack
from tests.patience import PATIENCE_S

STOPPED_SECONDS = 2.0


@dataclass
class Chaos:
    """Kills a worker every `period` seconds; now and then stops DynamoDB Local, or breaks SQS.

    Ends by itself after so many `rounds`, once `is_enough`.
    """

    emulator: Emulator
    workers: set[str]  # the functions' names
    period: float
    chance: random.Random
    rounds: int
    is_enough: Callable[[], bool] = field(default=lambda: True)
    kills: int = 0
    stops: int = 0
    outages: int = 0
    failed: list[BaseException] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def has_done_everything(self) -> bool:
        """Or has failed, which the test reports."""
        return bool(self.failed or (self.kills and self.stops and self.outages))

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            turn = 0
            while not self._over.wait(self.period):
                turn += 1
                self._kill_a_worker()
                if turn % 4 == 1:
                    self._stop_the_database()
                if turn % 4 == 3:
                    self._break_sqs()
                if turn >= self.rounds and self.is_enough():
                    return
        except BaseException as error:  # noqa: BLE001 - reported by the test, in its own thread
            self.failed.append(error)

    def _kill_a_worker(self) -> None:
        workers = [process for process in self.emulator.functions() if self._may_be_at_work(process)]
        if workers:
            with suppress(psutil.NoSuchProcess):
                self.chance.choice(workers).handle.kill()
                self.kills += 1

    def _may_be_at_work(self, process: Process) -> bool:
        """Not one that only starts: killed before it holds its wake-up, it would just cost 70 seconds.

        It has started once it has called the database.
        """
        if process.environment["AWS_LAMBDA_FUNCTION_NAME"] not in self.workers:
            return False
        with suppress(psutil.NoSuchProcess):
            called = {connection.raddr[1:] for connection in process.handle.net_connections("tcp")}
            return (self.emulator.ports.dynamodb,) in called
        return False

    def _stop_the_database(self) -> None:
        """Calls to it are not answered meanwhile; the connections stay."""
        database = self._database()
        database.handle.suspend()
        try:
            self._over.wait(STOPPED_SECONDS)
        finally:
            database.handle.resume()
        self.stops += 1

    def _database(self) -> Process:
        [found] = [p for p in of_stack(self.emulator.state) if "DynamoDBLocal.jar" in " ".join(p.command)]
        return found

    def _break_sqs(self) -> None:
        url = f"{self.emulator.edge_url}/_gurukool/faults?service=sqs&seconds={STOPPED_SECONDS}"
        with urlopen(Request(url, method="POST", headers={"X-Gurukool-Faults": "yes"}), timeout=PATIENCE_S):
            self.outages += 1
