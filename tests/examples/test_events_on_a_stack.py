"""On the real stack, whoever watches a request sees the same events, whatever happens to its worker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from local_cloud.waiting import wait_until
from tests.e2e.crash import kill_worker_of
from tests.e2e.users import User, outcome_of
from tests.examples.conftest import ExamplesStack
from tests.examples.watchers import events, follow_of_the_page, reconnect
from tests.patience import RECOVERY_S


def test_all_watchers_of_a_long_answer_see_the_same_events_though_its_worker_is_killed(
    deployed: ExamplesStack, user: User
) -> None:
    """Its time limit is five minutes, but its heartbeat has stopped: nobody waits until then."""
    seq = user.session.enqueue("chat", {"text": "la " * 650})["seq"]  # eleven seconds of words
    behind = user.session.enqueue("chat", {"text": "Hello"})["seq"]
    follow = follow_of_the_page()
    with ThreadPoolExecutor() as threads:
        one = threads.submit(lambda: list(follow(deployed.api_url, user.session.access_token, seq)))
        other = threads.submit(reconnect, user, seq)
        assert wait_until(lambda: bool(text_of(events(user, seq)["events"], attempt=1)), RECOVERY_S)
        kill_worker_of(deployed, user, "LongWorkerFunction")
        seen, seen_by_the_other = one.result(), other.result()

    assert seen == seen_by_the_other == list(follow(deployed.api_url, user.session.access_token, seq))
    assert [event["n"] for event in seen] == list(range(1, len(seen) + 1))
    assert all(before["attempt"] <= after["attempt"] for before, after in pairwise(seen))
    outcomes = [outcome_of(user, number) for number in (seq, behind)]
    assert [(one["status"], one["attempts"]) for one in outcomes] == [("succeeded", 2), ("succeeded", 1)]
    assert [one["result"]["turns"] for one in outcomes] == [0, 1], "each is stored once"
    answered = outcomes[0]["result"]["text"]
    assert text_of(seen, attempt=2) == answered
    assert answered.startswith(text_of(seen, attempt=1)), "what was told before the crash"


def text_of(seen: list[Any], attempt: int) -> str:
    """The output of an attempt."""
    told = [event["data"] for event in seen if (event["kind"], event["attempt"]) == ("output", attempt)]
    return "".join(told)


def test_a_turn_is_stopped_and_what_it_has_said_stays(user: User) -> None:
    seq = user.session.enqueue("chat", {"text": "la " * 650})["seq"]
    behind = user.session.enqueue("chat", {"text": "Hello"})["seq"]
    assert wait_until(lambda: bool(text_of(events(user, seq)["events"], attempt=1)), RECOVERY_S)

    waiting = user.session.queue()["waiting"]
    until, since = (datetime.fromisoformat(waiting[moment]) for moment in ("until", "since"))
    assert until - since == timedelta(minutes=5), "its time limit, whatever its heartbeat says"

    user.session.ask("POST", f"/api/queue/requests/{seq}/stop")

    stopped, answered = (outcome_of(user, number) for number in (seq, behind))
    assert (stopped["status"], stopped["stopped_by"], stopped["attempts"]) == ("cancelled", "user", 1)
    assert answered["result"] == {"text": 'You say "Hello". We have not met.', "turns": 0}
    said = events(user, seq)
    assert said["ended"]
    assert text_of(said["events"], attempt=1).startswith('You say "la la')
