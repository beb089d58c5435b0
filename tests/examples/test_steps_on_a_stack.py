"""Steps on the real stack: a worker that is killed repeats none whose result is stored."""

from typing import Any

from local_cloud.waiting import wait_until
from tests.e2e.crash import kill_worker_of
from tests.e2e.users import User
from tests.examples.conftest import ExamplesStack


def test_a_worker_killed_after_two_of_three_steps_has_neither_called_again(
    deployed: ExamplesStack, user: User
) -> None:
    payment = {"order": "A-7", "cents": 500, "confirmation_seconds": 8}
    seq = user.session.enqueue("pay", payment)["seq"]
    keys = {step: f"{user.user_id}/{seq}/{step}" for step in ("reserve", "charge", "confirm")}
    assert wait_until(lambda: _times(deployed, keys["confirm"]) == 1, seconds=20)

    kill_worker_of(deployed, user)

    outcome = _outcome(user, seq)
    assert (outcome["status"], outcome["attempts"]) == ("succeeded", 2)
    assert {step: _times(deployed, key) for step, key in keys.items()} == {
        "reserve": 1,
        "charge": 1,
        "confirm": 2,
    }
    assert outcome["result"]["charged"] == f"receipt {keys['charge']}"


def _times(deployed: ExamplesStack, key: str) -> int:
    """How often the provider was called with this key."""
    table, client = deployed.outputs["AppCallsName"], deployed.emulator.client("dynamodb")
    found = client.get_item(TableName=table, Key={"key": {"S": key}}, ConsistentRead=True).get("Item", {})
    return int(found.get("times", {"N": "0"})["N"])


def _outcome(user: User, seq: int) -> dict[str, Any]:
    for _ in range(3):
        found = dict(user.session.request(seq, wait=20))
        if found["status"] not in ("queued", "running"):
            return found
    raise AssertionError("the request does not end")
