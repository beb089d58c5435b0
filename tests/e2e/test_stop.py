"""A running request is stopped, and the next one starts."""

from datetime import datetime
from typing import Any

from local_cloud.waiting import wait_until
from tests.e2e.users import User, outcome_of
from tests.patience import RECOVERY_S

ENDED_WITHIN_S = 15  # on a busy machine; by itself the request would take 20


def test_a_running_request_ends_as_cancelled_and_the_next_one_starts(user: User) -> None:
    """`sleep` does not look whether it is to stop, and so is interrupted."""
    running = user.session.enqueue("sleep", {"seconds": 20})["seq"]
    behind = user.session.enqueue("echo", {"n": 1})["seq"]
    assert wait_until(lambda: user.session.request(running)["status"] == "running", RECOVERY_S)

    answer = user.session.call("POST", f"/api/queue/requests/{running}/stop")

    assert (answer.status, answer.body["status"]) == (202, "running")
    assert outcome_of(user, behind)["status"] == "succeeded"
    stopped: dict[str, Any] = {**user.session.request(running)}
    assert (stopped["status"], stopped["stopped_by"], stopped["attempts"]) == ("cancelled", "user", 1)
    assert seconds_between(stopped["stop_requested_at"], stopped["finished_at"]) <= ENDED_WITHIN_S


def seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
