"""A request with an uploaded payload writes what a small one writes; three calls of S3 are made for it."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import boto3
import pytest
import requests
from moto import mock_aws

from tests.infra.caller import PASSWORD, Caller
from tests.infra.cloud import Cloud, still_clock
from tests.infra.documents import Document
from tests.infra.test_large_units import Units, written

BUCKET = "uploads"
DATA = json.dumps({"text": "x"}).encode().ljust(4 * 1024 * 1024)


@pytest.fixture
def cloud(template: Document) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        yield Cloud(template, patch)


class Calls(list[str]):
    """Of S3."""

    def watch(self, cloud: Cloud) -> None:
        cloud.container.adapters.tables.connection.session.register("before-call.s3", self)

    def __call__(self, model: Any, **_: Any) -> None:
        self.append(model.name)


def test_an_upload_costs_no_write_unit(cloud: Cloud) -> None:
    small = written(cloud, "x")
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    units, calls, caller = Units(), Calls(), Caller(cloud, idempotency_key=None)
    cloud.become("APIHandler", UPLOADS_BUCKET=BUCKET)
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    caller.sign_in("ada")
    for watching in (units, calls):
        watching.watch(cloud)
    announced = {"bytes": len(DATA), "sha256": sha256(DATA).hexdigest()}
    offer = caller.call("POST", "/api/queue/uploads", announced)
    assert calls == [], "signing makes no call"
    requests.put(offer["url"], DATA, headers=offer["headers"], timeout=5).raise_for_status()
    caller.call("POST", "/api/queue/enqueue", {"type": "echo", "payload_upload": offer["id"]})
    assert calls == ["GetObject", "CopyObject"]
    cloud.become("Worker", still_clock(), UPLOADS_BUCKET=BUCKET)
    for watching in (units, calls):
        watching.watch(cloud)
    cloud.deliver(cloud.functions.worker, "WakeUps")
    cloud.become("APIHandler", UPLOADS_BUCKET=BUCKET)
    units.watch(cloud)
    outcome = caller.call("GET", "/api/queue/dequeue")
    units.settle()

    assert outcome["result"] == {"text": "x"}
    assert units.writes == small
    assert calls == ["GetObject", "CopyObject", "GetObject"]
