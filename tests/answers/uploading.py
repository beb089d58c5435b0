"""Uploads of users of the application over the fakes."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from chalicelib.adapters.memory.objects import MemoryObjects
from chalicelib.core.queueing.object_store import SignedUpload
from tests.answers.service import Service

PAYLOAD = {"text": "x" * 200_000}  # more than a call may bring along


class Bucket:
    """Of a deployment with uploads."""

    def __init__(self, service: Service) -> None:
        self.objects = MemoryObjects(service.clock.now)
        service.adapters.objects = service.store.tables.objects = self.objects

    def put(self, offer: Mapping[str, Any], data: bytes) -> None:
        self.objects.upload(SignedUpload(offer["url"], offer["headers"]), data)


def announced(data: bytes) -> dict[str, Any]:
    """The body of the call that asks for an upload."""
    return {"bytes": len(data), "sha256": sha256(data).hexdigest()}


def as_json(payload: Any = PAYLOAD) -> bytes:
    return json.dumps(payload).encode()
