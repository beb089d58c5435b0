"""On the real stack, a payload of 4 MB goes from its upload to its outcome, and is gone with its user."""

import json
import os
import subprocess
from pathlib import Path

import httpx

from infra import sweep
from infra.target import local_cloud
from local_cloud.waiting import wait_until
from tests.e2e.uploading import send_uploaded, upload
from tests.e2e.users import User, outcome_of
from tests.examples.conftest import STACK, ExamplesStack

MOST = 4 * 1024 * 1024
VALUES = [float(n) for n in range(400_000)]
DATA = json.dumps({"values": VALUES}).encode().ljust(MOST)  # white space is a part of JSON, too


def test_a_payload_of_4_mb_is_carried_out_between_others(deployed: ExamplesStack, user: User) -> None:
    assert len(DATA) == MOST
    before = user.session.enqueue("average", {"values": [1]})["seq"]
    seq = send_uploaded(user, "average", DATA)
    behind = user.session.enqueue("average", {"values": [3]})["seq"]

    results = [outcome_of(user, each)["result"] for each in (before, seq, behind)]

    assert [result["count"] for result in results] == [1, len(VALUES), 1]
    assert results[1]["average"] == sum(VALUES) / len(VALUES)
    shown = user.session.ask("GET", f"/api/queue/requests/{seq}")
    assert shown["payload"] is None
    assert shown["payload_upload"]["bytes"] == MOST
    assert httpx.get(shown["payload_upload"]["url"], timeout=20).content == DATA


def test_the_session_of_the_page_prints_what_it_says(deployed: ExamplesStack, user: User) -> None:
    session = (Path(__file__).parents[2] / "docs/uploads.md").read_text().partition("\n## A session\n")[2]
    _, commands, _, printed, *_ = (part.partition("\n")[2] for part in session.split("```"))
    run = subprocess.run(
        ["bash", "-eu", "-c", commands],
        env={**os.environ, "API": deployed.api_url, "TOKEN": user.session.access_token},
        capture_output=True,
        text=True,
        check=True,
    )

    assert run.stdout == printed


def test_a_payload_that_the_type_refuses_is_refused_at_once(user: User) -> None:
    order = {"type": "average", "payload_upload": upload(user, b'{"values": ["one"]}')}
    answer = user.session.call("POST", "/api/queue/enqueue", order)
    assert (answer.status, answer.body["detail"]) == (422, "payload.values[0] must be a number.")


def test_an_upload_that_nobody_made_is_not_found(user: User) -> None:
    order = {"type": "average", "payload_upload": f"{'0' * 32}-{'0' * 64}"}
    answer = user.session.call("POST", "/api/queue/enqueue", order)
    assert (answer.status, answer.body["code"]) == (404, "upload_not_found")


def test_the_uploads_of_a_deleted_account_are_deleted(deployed: ExamplesStack, user: User) -> None:
    bucket, s3 = deployed.outputs["UploadsBucket"], deployed.emulator.client("s3")
    id_ = upload(user, b'{"values": []}')

    def is_there() -> bool:
        found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        return any(each["Key"].endswith(id_) for each in found)

    def is_deleted() -> bool:
        sweep.invoke(local_cloud(deployed.emulator.edge_url, STACK), print)
        return not is_there()

    assert is_there()
    deployed.emulator.client("dynamodb").update_item(
        TableName=deployed.outputs["QueuesTable"],
        Key={"user_id": {"S": user.user_id}},
        UpdateExpression="SET #work = :shard, leaving = :long_ago, moved_at = :long_ago",
        ExpressionAttributeNames={"#work": "work"},
        ExpressionAttributeValues={":shard": {"S": "0"}, ":long_ago": {"N": "1"}},
    )
    assert wait_until(is_deleted, seconds=30)
