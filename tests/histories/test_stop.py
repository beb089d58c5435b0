"""What ignores a stop is ended together with its process, and is not begun again."""

from typing import Any

import pytest

from local_cloud.api_client import Api
from local_cloud.waiting import wait_until
from tests.e2e.test_stop import seconds_between
from tests.e2e.users import sign_up
from tests.patience import RECOVERY_S

# The process is ended within 7 seconds; then another worker has to start. By itself it would take 39.
SETTLED_WITHIN_S = 30


@pytest.mark.parametrize("type_", ["stubborn", "stubborn_long"])
def test_what_ignores_a_stop_ends_and_the_next_one_starts(counting_api: str, type_: str) -> None:
    with Api(counting_api) as api:
        session = sign_up(api).session
        running = session.enqueue(type_, 39)["seq"]
        behind = session.enqueue("count", {"mark": "behind"})["seq"]
        assert wait_until(lambda: session.request(running)["status"] == "running", RECOVERY_S)

        assert session.call("POST", f"/api/queue/requests/{running}/stop").status == 202

        assert wait_until(lambda: session.request(behind)["status"] == "succeeded", RECOVERY_S)
        stopped: dict[str, Any] = {**session.request(running)}
        assert (stopped["status"], stopped["attempts"]) == ("cancelled", 1)
        assert seconds_between(stopped["stop_requested_at"], stopped["finished_at"]) <= SETTLED_WITHIN_S
