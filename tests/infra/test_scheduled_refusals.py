"""Before a deployment: which of the scheduled requests the packaged code cannot take."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from moto import mock_aws

from bootstrap.cache import CHECKOUT
from infra.refusals import look
from infra.scheduled import write_scheduled
from infra.target import Target
from infra.waiting import Written
from tests.infra.caller import Caller
from tests.infra.cloud import Cloud
from tests.infra.documents import Document
from tests.infra.test_refusals import OFF, ON, Watched
from tests.infra.test_refusals import OUTPUTS as OUTPUTS_OF_OLD

OUTPUTS = OUTPUTS_OF_OLD | {"ScheduledTable": "ScheduledTable"}
TARGET = Target("us-east-1")
DAY_S = 24 * 3600


@pytest.fixture
def ids(template: Document) -> Iterator[tuple[str, list[str]]]:
    """A user with an echo that waits and two that are scheduled, and the ids of these in their order."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        cloud = Cloud(template, patch)
        cloud.become("APIHandler")
        caller = Caller(cloud, idempotency_key=None)
        user_id = caller.enqueue_as("ada")
        later, sooner = (caller.schedule(seconds, key=str(seconds))["id"] for seconds in (2 * DAY_S, DAY_S))
        yield user_id, [sooner, later]


def test_what_is_scheduled_is_listed_by_its_id(ids: tuple[str, list[str]], packaged: Path) -> None:
    user_id, (sooner, later) = ids
    lines: list[str] = []

    assert look(TARGET, OUTPUTS, packaged, lines.append, environment=OFF) == 3

    assert lines == [
        "The new code cannot take 3 of 3 requests that wait or are scheduled:",
        f"  request 1 of user {user_id}, type echo: There is no handler.",
        f"  scheduled request {sooner} of user {user_id}, type echo: There is no handler.",
        f"  scheduled request {later} of user {user_id}, type echo: There is no handler.",
    ]
    lines.clear()
    assert look(TARGET, OUTPUTS, packaged, lines.append, environment=ON) == 0
    assert lines == ["The new code can take all 3 requests that wait or are scheduled."]


def test_those_that_enter_first_are_read_first_up_to_a_bound(ids: tuple[str, list[str]]) -> None:
    read = StringIO()
    assert write_scheduled(TARGET, OUTPUTS, read, most=1) == Written(1, complete=False)
    assert ids[1][0] in read.getvalue()


def test_a_release_without_scheduled_requests_is_asked_for_none(ids: tuple[str, list[str]]) -> None:
    target = Watched("us-east-1")
    assert (write_scheduled(target, OUTPUTS_OF_OLD, StringIO()), target.calls) == (Written(), set())


def test_it_needs_the_permissions_that_the_docs_list(ids: tuple[str, list[str]]) -> None:
    target = Watched("us-east-1")
    write_scheduled(target, OUTPUTS, StringIO())
    assert target.calls == {
        ("dynamodb:Query", "ScheduledTable/index/due"),
        ("dynamodb:BatchGetItem", "ScheduledTable"),
    }
    told = (CHECKOUT / "docs/deploy.md").read_text()
    rows = dict(re.findall(r"\| `(dynamodb:\w+)` \| (.+) \|", told))
    assert "the index `due` of the table of scheduled requests" in rows["dynamodb:Query"]
    assert "scheduled requests" in rows["dynamodb:BatchGetItem"]


def test_without_the_permission_the_others_are_checked_all_the_same(
    ids: tuple[str, list[str]], packaged: Path
) -> None:
    lines: list[str] = []
    unknown = OUTPUTS | {"ScheduledTable": "Unknown"}
    assert look(TARGET, unknown, packaged, lines.append, environment=OFF) == 1
    unread, summary, refused = lines
    assert unread.startswith("The scheduled requests could not be read, and were not checked: ")
    assert summary == "The new code cannot take 1 of 1 requests that wait:"
    assert refused.startswith("  request 1 ")
