"""Before a deployment: which of the requests that wait the packaged code cannot take."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from bootstrap.cache import CHECKOUT
from infra import refusals
from infra.asking import Answers
from infra.deploy import HELD, Options, deploy
from infra.errors import DeployError
from infra.refusals import SCHEDULED, SHOWN, WAITING, look
from infra.target import Target
from infra.waiting import Written, write_waiting
from tests.infra.caller import Caller
from tests.infra.cloud import Cloud
from tests.infra.documents import Document
from tests.infra.fakes import FakeCloudFormation, Moment
from tests.infra.test_deploy_to_aws import Aws

OUTPUTS = {"QueuesTable": "QueuesTable", "RequestsTable": "RequestsTable", "SweepShards": "8"}
TARGET = Target("us-east-1")
ON, OFF = {"SAMPLE_HANDLERS": "on"}, {"SAMPLE_HANDLERS": "off"}
UNREAD = "requests that wait were not checked, because their payloads could not be read: Denied"
LARGE = "x" * 2_000  # an item of its own


@pytest.fixture
def user_id(template: Document) -> Iterator[str]:
    """Three echoes wait; the second one has a large payload, the third one was cancelled."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        cloud = Cloud(template, patch)
        cloud.become("APIHandler")
        caller = Caller(cloud, idempotency_key=None)
        user_id = caller.enqueue_as("ada")
        for payload in ({"text": LARGE}, {}):
            caller.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": payload})
        caller.call("POST", "/api/queue/requests/3/cancel")
        yield user_id


def change(user_id: str, seq: int, payload: str) -> None:
    """As another release has accepted it."""
    boto3.client("dynamodb").update_item(
        TableName="RequestsTable",
        Key={"user_id": {"S": user_id}, "seq": {"N": str(seq)}},
        UpdateExpression="SET payload = :payload",
        ExpressionAttributeValues={":payload": {"S": payload}},
    )


def looked(packaged: Path, environment: Mapping[str, str]) -> tuple[int, list[str]]:
    lines: list[str] = []
    return look(TARGET, OUTPUTS, packaged, lines.append, environment=environment), lines


def test_code_that_takes_all_is_told_so(user_id: str, packaged: Path) -> None:
    assert looked(packaged, ON) == (0, ["The new code can take all 2 requests that wait."])


def test_what_has_no_handler_and_what_its_type_refuses_is_listed(user_id: str, packaged: Path) -> None:
    assert looked(packaged, OFF) == (
        2,
        [
            "The new code cannot take 2 of 2 requests that wait:",
            f"  request 1 of user {user_id}, type echo: There is no handler.",
            f"  request 2 of user {user_id}, type echo: There is no handler.",
        ],
    )
    change(user_id, 1, "[1]")
    assert looked(packaged, ON) == (
        1,
        [
            "The new code cannot take 1 of 2 requests that wait:",
            f"  request 1 of user {user_id}, type echo: payload must be an object.",
        ],
    )


def test_the_list_and_the_reading_are_bounded(user_id: str, packaged: Path) -> None:
    for seq in range(4, SHOWN + 4):
        item = {"user_id": {"S": user_id}, "seq": {"N": str(seq)}, "type": {"S": "gone"}}
        numbers = {"attempts": {"N": "0"}, "enqueued_at": {"N": "1"}}
        queued = {"status": {"S": "queued"}, "payload": {"S": "{}"}}
        boto3.client("dynamodb").put_item(TableName="RequestsTable", Item=item | numbers | queued)

    count, lines = looked(packaged, OFF)

    assert (count, len(lines), lines[-1]) == (SHOWN + 2, SHOWN + 2, "  and 2 more")
    read = StringIO()
    assert write_waiting(TARGET, OUTPUTS, read, most=2) == Written(2, complete=False)
    assert [LARGE in line for line in read.getvalue().splitlines()] == [False, True]


def test_tables_that_cannot_be_read_stop_nobody(packaged: Path) -> None:
    """The caller may lack the permission, for example."""
    with mock_aws():
        lines: list[str] = []
        assert look(TARGET, OUTPUTS, packaged, lines.append, environment=ON) == 0
    assert lines[0].startswith("The requests that wait could not be read, and were not checked:")


@dataclass(frozen=True)
class Watched(Target):
    """Whose calls are noted, as permissions: action and table. Those in `denied` are refused."""

    calls: set[tuple[str, str]] = field(default_factory=set)
    denied: str = ""

    def client(self, service: str) -> Any:
        client = super().client(service)
        client.meta.events.register("before-parameter-build", self._note)
        return client

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        tables = params.get("RequestItems") or [params["TableName"]]
        self.calls.update((f"dynamodb:{model.name}", table + index) for table in tables)
        if model.name == self.denied:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "No."}}, model.name)


def test_the_check_needs_the_permissions_that_the_docs_list(user_id: str) -> None:
    target = Watched("us-east-1")
    write_waiting(target, OUTPUTS, StringIO())
    assert target.calls == {
        ("dynamodb:Query", "QueuesTable/index/looks"),
        ("dynamodb:Query", "QueuesTable/index/working"),
        ("dynamodb:BatchGetItem", "QueuesTable"),
        ("dynamodb:Query", "RequestsTable"),
        ("dynamodb:GetItem", "RequestsTable"),
    }
    told = (CHECKOUT / "docs/deploy.md").read_text()
    assert {name for name, _ in target.calls} <= set(re.findall(r"`(dynamodb:\w+)`", told))


def test_a_payload_that_may_not_be_read_keeps_no_other_request_from_the_check(
    user_id: str, packaged: Path
) -> None:
    lines: list[str] = []
    target = Watched("us-east-1", denied="GetItem")
    assert look(target, OUTPUTS, packaged, lines.append, environment=OFF) == 1
    unread, summary, refused = lines
    assert unread.startswith(
        "1 requests that wait were not checked, because their payloads could not be read"
    )
    assert "AccessDeniedException" in unread
    assert summary == "Of the others, the new code cannot take 1 of 1 requests that wait:"
    assert refused.startswith("  request 1 ")


@pytest.mark.parametrize(
    ("waiting", "scheduled", "told"),
    [
        (Written(), Written(), ["Nothing waits."]),
        (Written(unread=3, why="Denied"), Written(), [f"3 {UNREAD}"]),
        (
            Written(2, complete=False, unread=3, why="Denied"),
            Written(6, complete=False),
            [
                "Only the first 5 requests that wait were looked at.",
                "Only the first 6 scheduled requests were looked at.",
                f"3 {UNREAD}",
                "Of the others, the new code can take all 8 requests that wait or are scheduled.",
            ],
        ),
        (
            Written(unread=3, complete=False, why="Denied"),
            Written(),
            ["Only the first 3 requests that wait were looked at.", f"3 {UNREAD}"],
        ),
    ],
)
def test_what_was_not_checked_is_told_before_what_was(
    monkeypatch: pytest.MonkeyPatch, waiting: Written, scheduled: Written, told: list[str]
) -> None:
    monkeypatch.setattr(refusals, "KINDS", {WAITING: lambda *_: waiting, SCHEDULED: lambda *_: scheduled})
    monkeypatch.setattr(refusals, "_answers", lambda *_: Answers())
    lines: list[str] = []
    assert look(TARGET, OUTPUTS, Path(), lines.append, environment=ON) == 0
    assert lines == told


@dataclass(frozen=True)
class AwsWithTables(Aws):
    def _dynamodb(self) -> Any:
        return boto3.client("dynamodb", "us-east-1")


def on_aws() -> AwsWithTables:
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]
    deployed: Moment = ("CREATE_COMPLETE", [])
    cloudformation = FakeCloudFormation(deployed, [deployed] * 3, described={"Outputs": outputs})
    return AwsWithTables("us-east-1", cloudformation=cloudformation)


def test_nothing_is_deployed_that_would_hold_queues_unless_that_is_allowed(
    user_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    lines: list[str] = []
    aws = on_aws()
    with pytest.raises(DeployError) as refused:
        deploy(aws, {"SampleHandlers": "off"}, lines.append)
    assert (str(refused.value), aws.cloudformation.called) == (HELD, [])
    assert f"  request 1 of user {user_id}, type echo: There is no handler." in lines

    checked = on_aws()
    deploy(checked, {"SampleHandlers": "off"}, lines.append, Options(check=True))
    assert (checked.cloudformation.called, checked.started) == ([], [])

    allowed = on_aws()
    deploy(allowed, {"SampleHandlers": "off"}, lines.append, Options(allow_held=True))
    assert "execute_change_set" in allowed.cloudformation.called

    monkeypatch.setenv("CI", "true")
    in_ci = on_aws()
    deploy(in_ci, {"SampleHandlers": "off"}, lines.append)
    assert "execute_change_set" in in_ci.cloudformation.called
