"""On the real stack, requests enter lines beside which they have waited.

Their numbers may have gaps: where two processes find the same one due, one of them takes a number in vain.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from infra import sweep
from infra.target import local_cloud
from local_cloud.waiting import wait_until
from tests.e2e.users import User, sign_up
from tests.examples.conftest import STACK, ExamplesStack

PATIENCE_S = 90  # the sweeper comes every minute
AHEAD_S = 10  # longer than a busy machine takes to answer three calls


def outcomes(user: User) -> list[Any]:
    return list(user.session.ask("GET", "/api/queue/outcomes")["outcomes"])


def results(user: User) -> list[Any]:
    return [outcome["result"] for outcome in outcomes(user)]


def test_a_scheduled_request_enters_behind_what_was_sent_before_and_delays_nothing(
    deployed: ExamplesStack, user: User
) -> None:
    enter_at = datetime.now(UTC) + timedelta(seconds=AHEAD_S)
    order = {"type": "note", "payload": {"text": "scheduled"}, "enter_at": enter_at.isoformat()}
    scheduled = user.session.ask("POST", "/api/queue/scheduled", order)
    sweep.invoke(local_cloud(deployed.emulator.edge_url, STACK), print)  # it stays for what falls due soon
    before = user.session.enqueue("note", {"text": "at once"})
    assert user.session.request(before["seq"], wait=20)["result"] == "at once"

    assert wait_until(lambda: "scheduled" in results(user), seconds=PATIENCE_S)
    user.session.enqueue("note", {"text": "behind"})

    assert wait_until(lambda: "behind" in results(user), seconds=PATIENCE_S)
    assert results(user) == ["at once", "scheduled", "behind"]
    _, entered, _ = outcomes(user)
    assert datetime.fromisoformat(entered["enqueued_at"]) >= enter_at - timedelta(milliseconds=1)
    assert user.session.call("GET", f"/api/queue/scheduled/{scheduled['id']}").status == 404


def test_follow_ups_run_in_the_lines_of_whoever_they_are_for(deployed: ExamplesStack, user: User) -> None:
    other = sign_up(deployed.api)
    texts = [f"note {number}" for number in range(5)]

    user.session.enqueue("relay", {"to": other.user_id, "texts": texts})

    assert wait_until(lambda: results(user) == [None, "sent"], seconds=PATIENCE_S)
    assert wait_until(lambda: results(other) == texts, seconds=PATIENCE_S)
    first = outcomes(other)[0]["seq"]
    follows = {"user_id": user.user_id, "seq": 1}
    assert other.session.ask("GET", f"/api/queue/requests/{first}")["follows"] == follows
