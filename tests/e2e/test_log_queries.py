"""The queries of docs/logs.md find what they are for, in the logs of the deployed stack."""

import re
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from local_cloud.api_client import Api
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.crash import kill_worker_of
from tests.e2e.users import outcome_of, sign_up
from tests.patience import PATIENCE_S

PAGE = (Path(__file__).parents[2] / "docs/logs.md").read_text()
QUERIES = re.findall(r"\n([^\n]+)\n\n```insights\n(.*?)```", PAGE, re.DOTALL)
# The sample handlers of this stack neither print nor raise what nobody foresaw.
WITHOUT_ROWS = {"Tracebacks, the newest first:", "What a user's handlers have logged and printed:"}
# What the first query finds of a request whose first attempt fails.
BY_THE_API = ["request accepted", "call answered"]
BY_THE_WORKERS = ["request started", "request will be retried", "request started", "request succeeded"]


@pytest.fixture(scope="module")
def ids(stack: DeployedStack, api: Api) -> Mapping[str, str]:
    """Of a user and of a call, when something of each kind has happened."""
    user = sign_up(api)
    sent = user.session.call("POST", "/api/queue/enqueue", {"type": "fail", "payload": {"times": 1}})
    lost = user.session.ask("POST", "/api/queue/enqueue", {"type": "fail", "max_attempts": 1})
    user.session.call("GET", "/api/queue/requests/99")
    api.call("POST", "/api/auth/login", {"username": user.username, "password": "a wrong one"})
    victim = sign_up(api)
    long = victim.session.enqueue("sleep", {"seconds": 20})["seq"]
    kill_worker_of(stack, victim)
    victim.session.ask("POST", f"/api/queue/requests/{long}/stop")  # so that no other worker begins it again
    assert outcome_of(user, lost["seq"])["status"] == "failed"
    return {"THE-CALL": sent.headers["X-Request-Id"], "THE-USER": user.user_id}


def rows(stack: DeployedStack, query: str) -> list[Any]:
    """What the query finds. Fails if it is not complete."""
    logs, now = stack.emulator.client("logs"), int(time.time())
    groups = [f"/aws/lambda/{name}" for key, name in stack.outputs.items() if key.endswith("Function")]
    started = logs.start_query(
        logGroupNames=groups, startTime=now - 3_600, endTime=now + 60, queryString=query
    )
    answer = logs.get_query_results(queryId=started["queryId"])
    assert answer["status"] == "Complete"
    return list(answer["results"])


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[title for title, _ in QUERIES])
def test_a_query_finds_what_it_is_for(
    stack: DeployedStack, ids: Mapping[str, str], title: str, query: str
) -> None:
    for placeholder, value in ids.items():
        query = query.replace(placeholder, value)

    found = partial(rows, stack, query)
    if title in WITHOUT_ROWS:
        found()  # without an error
    else:
        assert wait_until(lambda: bool(found()), PATIENCE_S)


def test_one_query_follows_a_call_from_the_api_to_the_outcome(
    stack: DeployedStack, ids: Mapping[str, str]
) -> None:
    """The API sends the wake-up between its two lines, so those of the worker may come before the second."""
    query = QUERIES[0][1].replace("THE-CALL", ids["THE-CALL"])

    def events() -> list[str]:
        found = rows(stack, query)
        return [next(each["value"] for each in row if each["field"] == "event") for row in found]

    everything = [*BY_THE_API, *BY_THE_WORKERS]
    assert wait_until(lambda: sorted(events()) == sorted(everything), PATIENCE_S), events()
    for own in (BY_THE_API, BY_THE_WORKERS):
        assert [event for event in events() if event in own] == own
