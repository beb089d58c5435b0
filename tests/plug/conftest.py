"""A stack of its own with the example `ledger`, whose plug was pulled while its users went on."""

import os
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local_cloud import deployment
from local_cloud.api_client import Api
from local_cloud.data import Data
from local_cloud.emulator import Emulator
from local_cloud.processes import of_stack
from local_cloud.settings import CHECKOUT, Settings
from tests.e2e.users import User, sign_up
from tests.free_ports import free_ports
from tests.plug.ledgers import Ledger

USERS = int(os.environ.get("PLUG_USERS", "3"))
ROUNDS = int(os.environ.get("PLUG_ROUNDS", "2"))
SEED = int(os.environ.get("PLUG_SEED", "1"))
LONGEST_SECONDS = 6.0  # between a start and the next pull
PACE_SECONDS = 0.1  # between two transfers of all users together
SETTINGS = Settings(app=CHECKOUT / "examples" / "ledger", choices={"ACCESS_TOKEN_SECONDS": "3600"})


@dataclass
class Bank:
    """A stack that is started again and again on the same data."""

    emulator: Emulator
    chance: random.Random
    outputs: list[dict[str, str]] = field(default_factory=list)  # of each start
    secrets: list[dict[str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # that each start took

    def start(self) -> None:
        started = time.monotonic()
        self.emulator.start()
        self.outputs.append(deployment.deploy(self.emulator, SETTINGS, lambda _: None))
        self.seconds.append(time.monotonic() - started)
        self.secrets.append({arn: self._secret(arn) for arn in self._arns()})

    def pull_the_plug(self) -> int:
        """Kills every process, in any order. Returns how many there were."""
        processes = of_stack(self.emulator.state)
        self.chance.shuffle(processes)
        for process in processes:
            process.kill()
        self.emulator.stop()
        return len(processes)

    def balances(self, user_id: str) -> dict[str, int]:
        found: Any = self.emulator.client("dynamodb").query(
            TableName=self.outputs[-1]["AppBalancesName"],
            KeyConditionExpression="user_id = :user",
            ExpressionAttributeValues={":user": {"S": user_id}},
            ConsistentRead=True,
        )
        return {item["account"]["S"]: int(item["cents"]["N"]) for item in found["Items"]}

    def _arns(self) -> list[str]:
        return [value for name, value in self.outputs[-1].items() if name.endswith("KeysArn")]

    def _secret(self, arn: str) -> str:
        return str(self.emulator.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


@pytest.fixture(scope="session")
def bank(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    data = Data(tmp_path_factory.mktemp("data"))
    emulator = Emulator(free_ports(), tmp_path_factory.mktemp("bank"), data=data)
    bank = Bank(emulator, random.Random(SEED))
    try:
        bank.start()
        yield bank
    finally:
        emulator.stop()


@pytest.fixture(scope="session")
def customer(bank: Bank) -> Iterator[User]:
    """Signed up before the first pull; does nothing meanwhile."""
    with Api(bank.emulator.api_url) as api:
        yield sign_up(api)


@pytest.fixture(scope="session")
def ledgers(bank: Bank, customer: User) -> Iterator[list[Ledger]]:
    """After the plug was pulled, and when all requests have their outcomes."""
    over = threading.Event()
    with Api(bank.emulator.api_url, connections=2 * USERS) as api:
        ledgers = [_open(api, bank.chance) for _ in range(USERS)]
        threads = [ledger.start(over) for ledger in ledgers]
        try:
            for _ in range(ROUNDS):
                after = bank.chance.uniform(0.5, LONGEST_SECONDS)
                time.sleep(after)  # the moment is what is tested
                killed = bank.pull_the_plug()
                bank.start()
                print(
                    f"{killed} processes killed {after:.1f} s after the start; up in {bank.seconds[-1]:.1f} s"
                )
        finally:
            over.set()
            for thread in threads:
                thread.join()
        yield ledgers


def _open(api: Api, chance: random.Random) -> Ledger:
    user = sign_up(api)
    return Ledger(user.user_id, user.session, random.Random(chance.random()), USERS * PACE_SECONDS)
