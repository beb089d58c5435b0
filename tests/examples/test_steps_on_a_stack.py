"""On the real stack, steps are not repeated, and handlers sleep and wait for signals."""

from http import HTTPStatus

from local_cloud.waiting import wait_until
from tests.e2e.crash import kill_worker_of
from tests.e2e.users import User, outcome_of
from tests.examples.conftest import ExamplesStack
from tests.patience import RECOVERY_S

SLEEP_MS = 1000  # of the handler `approve`


def test_a_worker_killed_after_two_of_three_steps_has_neither_called_again(
    deployed: ExamplesStack, user: User
) -> None:
    payment = {"order": "A-7", "cents": 500, "confirmation_seconds": 8}
    seq = user.session.enqueue("pay", payment)["seq"]
    keys = {step: f"{user.user_id}/{seq}/{step}" for step in ("reserve", "charge", "confirm")}
    assert wait_until(lambda: _times(deployed, keys["confirm"]) == 1, RECOVERY_S)

    kill_worker_of(deployed, user)

    outcome = outcome_of(user, seq)
    assert (outcome["status"], outcome["attempts"]) == ("succeeded", 2)
    assert {step: _times(deployed, key) for step, key in keys.items()} == {
        "reserve": 1,
        "charge": 1,
        "confirm": 2,
    }
    assert outcome["result"]["charged"] == f"receipt {keys['charge']}"


def test_a_handler_waits_for_a_signal_and_sleeps_and_none_of_it_counts_as_an_attempt(user: User) -> None:
    order = {"type": "approve", "payload": "a new desk", "max_attempts": 1}
    seq = user.session.ask("POST", "/api/queue/enqueue", order)["seq"]
    behind = user.session.enqueue("note", {"text": "behind"})["seq"]
    assert wait_until(lambda: _waiting(user) == ("signal", seq), RECOVERY_S)

    signal = user.session.call(
        "POST", f"/api/queue/requests/{seq}/signals/approval", {"payload": {"by": "Ada"}}
    )

    approved, noted = (outcome_of(user, number) for number in (seq, behind))
    assert (signal.status, approved["status"]) == (HTTPStatus.ACCEPTED, "succeeded")
    assert approved["result"]["by"] == "Ada"
    assert approved["result"]["ended_at"] >= approved["result"]["asked_at"] + SLEEP_MS
    assert noted["started_at"] >= approved["finished_at"], "the line waits"


def _waiting(user: User) -> tuple[str, int] | None:
    """Why the queue waits, and for which request."""
    waiting = user.session.queue()["waiting"]
    return waiting and (waiting["reason"], waiting["seq"])


def _times(deployed: ExamplesStack, key: str) -> int:
    """How often the provider was called with this key."""
    table, client = deployed.outputs["AppCallsName"], deployed.emulator.client("dynamodb")
    found = client.get_item(TableName=table, Key={"key": {"S": key}}, ConsistentRead=True).get("Item", {})
    return int(found.get("times", {"N": "0"})["N"])
