"""The queue whose worker was killed. This file comes last because its worker is given up only after 26 s."""

from local_cloud.waiting import wait_until
from tests.e2e.users import CrashedUsers


def test_the_request_is_run_again_and_those_behind_it_follow_in_order(crashed: CrashedUsers) -> None:
    session = crashed.victim.session
    assert wait_until(lambda: session.request(4, wait=20)["status"] == "succeeded", 120)

    outcomes = [taken for _ in range(4) if (taken := session.dequeue())]

    assert [(outcome["seq"], outcome["status"], outcome["attempts"]) for outcome in outcomes] == [
        (1, "succeeded", 2),
        (2, "succeeded", 1),
        (3, "succeeded", 1),
        (4, "succeeded", 1),
    ]
    starts = [outcome["started_at"] or "" for outcome in outcomes]
    assert starts == sorted(starts)
