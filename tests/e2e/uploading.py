"""Uploads to the bucket of a deployed stack, as a client makes them."""

from hashlib import sha256

import httpx

from tests.e2e.users import User


def upload(user: User, data: bytes) -> str:
    """The id of the upload, which the bucket has."""
    announced = {"bytes": len(data), "sha256": sha256(data).hexdigest()}
    offer = user.session.ask("POST", "/api/queue/uploads", announced)
    httpx.put(offer["url"], content=data, headers=offer["headers"], timeout=20).raise_for_status()
    return str(offer["id"])


def send_uploaded(user: User, type_: str, data: bytes) -> int:
    """The number of a request whose payload was uploaded."""
    order = {"type": type_, "payload_upload": upload(user, data)}
    return int(user.session.ask("POST", "/api/queue/enqueue", order)["seq"])
