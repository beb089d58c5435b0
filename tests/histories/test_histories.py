"""The real stack, with workers killed, its database stopped and its queue answering errors while it works.

localstack/run -m pytest tests/histories            a short one
HISTORY_USERS=20 HISTORY_REQUESTS=100 …             a long one, as `make soak` has it
"""

import os
import random
from functools import partial
from typing import Any

from local_cloud.api_client import Api
from local_cloud.emulator import Emulator
from tests.e2e.users import User, sign_up
from tests.histories.chaos import Chaos
from tests.histories.checker import violations
from tests.histories.client import Client, to_dequeued
from tests.histories.history import History

USERS = int(os.environ.get("HISTORY_USERS", "4"))
REQUESTS = int(os.environ.get("HISTORY_REQUESTS", "10"))
PERIOD = float(os.environ.get("HISTORY_KILL_SECONDS", "3"))
ROUNDS = int(os.environ.get("HISTORY_ROUNDS", "4"))  # of breaking the stack
SEED = int(os.environ.get("HISTORY_SEED", "1"))
GOES_ON = "HISTORY_REQUESTS" not in os.environ  # in a long history, the sweeper has to help, too
PAGE = 100


def test_nothing_is_lost_repeated_or_out_of_order_while_the_stack_is_broken(
    emulator: Emulator, counting_api: str, counting_workers: set[str], counted_table: str
) -> None:
    chance = random.Random(SEED)
    with Api(counting_api) as api:
        users = [sign_up(api) for _ in range(USERS)]
        with Chaos(emulator, counting_workers, PERIOD, chance, ROUNDS) as chaos:
            clients: list[Client] = []
            may_end = chaos.is_enough = partial(_has_all_happened, chaos, clients)
            for user in users:
                history, own_chance = History(user.user_id), random.Random(chance.random())
                clients.append(Client(user.session, history, REQUESTS, own_chance, may_end, GOES_ON))
            for thread in [thread for client in clients for thread in client.start()]:
                thread.join()
        for user, client in zip(users, clients, strict=True):
            _complete(client.history, user, emulator, counted_table)

    assert [*chaos.failed, *(error for client in clients for error in client.failed)] == []
    assert {c.history.user_id: violations(c.history) for c in clients if violations(c.history)} == {}
    assert sum(len(client.history.outcomes) for client in clients) >= USERS * REQUESTS
    assert chaos.has_done_everything()
    assert any(client.history.has_interrupted_requests() for client in clients)


def _has_all_happened(chaos: Chaos, clients: list[Client]) -> bool:
    """Or something has failed, which the test reports."""
    if chaos.failed or any(client.failed for client in clients):
        return True
    return chaos.has_done_everything() and any(c.history.has_interrupted_requests() for c in clients)


def _complete(history: History, user: User, emulator: Emulator, table: str) -> None:
    """What the store says at the end."""
    after = 0
    while page := user.session.ask("GET", f"/api/queue/requests?after={after}&limit={PAGE}")["requests"]:
        history.outcomes.update({view["seq"]: to_dequeued(view) for view in page})
        after = page[-1]["seq"]
    counted: dict[str, Any] = emulator.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="user_id = :user",
        ExpressionAttributeValues={":user": {"S": user.user_id}},
        ConsistentRead=True,
    )
    history.effects = {item["mark"]["S"]: int(item["times"]["N"]) for item in counted["Items"]}
