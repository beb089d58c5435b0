"""With uploads, what the functions do to the bucket is what their policies allow, no less and no more."""

import json
from hashlib import sha256
from typing import Any

import boto3
import pytest
import requests

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.texts import DAY_MS
from tests.infra.caller import Caller
from tests.infra.cloud import CONTEXT, Cloud, still_clock
from tests.infra.documents import Document
from tests.infra.test_permissions import MINUTE

BUCKET = "uploads"
# Who reads or copies what is not there is told so only with this permission.
TOLD_WHAT_IS_MISSING = ("s3:ListBucket", "")
DATA = b'{"n": 1}'

type Call = tuple[str, str]
"""An action, and in which part of the bucket."""


class Recorder:
    """Of the calls of S3, those that are signed for others included."""

    def __init__(self, cloud: Cloud) -> None:
        self.calls: set[Call] = set()
        cloud.container.adapters.tables.connection.session.register("before-parameter-build.s3", self)

    def __call__(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        match model.name:
            case "ListObjectsV2":
                self.calls.add(TOLD_WHAT_IS_MISSING)
            case "CopyObject":
                self.calls.add(("s3:GetObject", _part(params["CopySource"].partition("/")[2])))
                self.calls.add(("s3:PutObject", _part(params["Key"])))
            case "DeleteObjects":
                self.calls |= {
                    ("s3:DeleteObject", _part(each["Key"])) for each in params["Delete"]["Objects"]
                }
            case name:
                self.calls.add((f"s3:{name}", _part(params["Key"])))


def _part(key: str) -> str:
    return "new/*" if key.startswith("new/") else "kept-*"


def allowed(template: Document, policy: str) -> set[Call]:
    statements = template["Resources"][policy]["Properties"]["PolicyDocument"]["Statement"]
    return {
        (action, resource.get("Fn::Sub", "").removeprefix("${UploadsBucket.Arn}/"))
        for statement in statements
        for action in statement["Action"]
        for resource in _listed(statement["Resource"])
    }


def _listed(resource: Any) -> list[Any]:
    return resource if isinstance(resource, list) else [resource]


@pytest.fixture
def sent(cloud: Cloud, caller: Caller) -> Recorder:
    """What the API did when somebody sent an uploaded payload and looked at it."""
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    cloud.become("APIHandler", UPLOADS_BUCKET=BUCKET)
    recorder = Recorder(cloud)
    caller.enqueue_as("ada")
    announced = {"bytes": len(DATA), "sha256": sha256(DATA).hexdigest()}
    offer = caller.call("POST", "/api/queue/uploads", announced)
    requests.put(offer["url"], DATA, headers=offer["headers"], timeout=5).raise_for_status()
    order = {"type": "echo", "payload_upload": offer["id"]}
    caller.call("POST", "/api/queue/enqueue", order, key="uploaded")
    shown = caller.call("GET", "/api/queue/requests/2")
    assert requests.get(shown["payload_upload"]["url"], timeout=5).json() == json.loads(DATA)
    return recorder


def test_the_api(template: Document, sent: Recorder) -> None:
    """And it copies anew what a failed request is sent again with."""
    again = ("s3:PutObject", "kept-*")
    assert sent.calls | {again, TOLD_WHAT_IS_MISSING} == allowed(template, "ApiUploads")


def test_a_worker(template: Document, cloud: Cloud, caller: Caller, sent: Recorder) -> None:
    cloud.become("Worker", still_clock(), UPLOADS_BUCKET=BUCKET)
    recorder = Recorder(cloud)
    cloud.deliver(cloud.functions.worker, "WakeUps")
    cloud.become("APIHandler", UPLOADS_BUCKET=BUCKET)
    assert caller.call("GET", "/api/queue/requests/2")["result"] == json.loads(DATA)
    assert recorder.calls | {TOLD_WHAT_IS_MISSING} == allowed(template, "WorkerUploads")


def test_the_sweeper(template: Document, cloud: Cloud, sent: Recorder) -> None:
    """It deletes what a removed user has left; it copies onto itself what is needed for longer."""
    [queue] = cloud.scan("QueuesTable")
    cloud.change_queue(queue["user_id"]["S"], "SET leaving = :one")
    tomorrow = ManualClock(SystemClock().now() + DAY_MS)  # by then it has to look at every queue
    cloud.become("Sweeper", tomorrow, UPLOADS_BUCKET=BUCKET)
    recorder = Recorder(cloud)
    cloud.functions.sweeper(MINUTE, CONTEXT)
    keeping = {("s3:GetObject", "kept-*"), ("s3:PutObject", "kept-*")}
    assert recorder.calls | keeping == allowed(template, "SweeperUploads")
    assert boto3.client("s3").list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
