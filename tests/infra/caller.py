"""A client of the API, in the process of a test."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from chalice.test import Client

from tests.infra.cloud import Cloud

PASSWORD = "correct horse battery"


class Caller:
    def __init__(self, cloud: Cloud, idempotency_key: str | None = "key") -> None:
        self._cloud = cloud
        self.refresh_token = ""
        self._headers = {"Content-Type": "application/json"}
        if idempotency_key:
            self._headers["Idempotency-Key"] = idempotency_key

    def call(
        self, method: str, path: str, body: object = None, key: str | None = None, token: str | None = None
    ) -> Any:
        """`key`: the idempotency key, if it is not the usual one. `token`: instead of the user's own."""
        send = getattr(Client(self._cloud.app).http, method.lower())
        headers = self._headers | ({"Idempotency-Key": key} if key else {})
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        answer = send(path, headers=headers, body=json.dumps(body).encode() if body else b"")
        assert answer.status_code < 400, answer.body
        return json.loads(answer.body or b"null")

    def enqueue_as(
        self, username: str, type_: str = "echo", *, not_before: str | None = None, **payload: object
    ) -> str:
        """The id of a new user, who stays signed in, with one request."""
        credentials = {"username": username, "password": PASSWORD}
        user_id: str = self.call("POST", "/api/auth/register", credentials)["user_id"]
        self.sign_in(username)
        due = {"not_before": not_before} if not_before else {}
        self.call("POST", "/api/queue/enqueue", {"type": type_, "payload": payload, **due})
        return user_id

    def schedule(self, seconds: float, *, key: str | None = None, **payload: object) -> Any:
        """An echo that enters in so many seconds, by the system's clock."""
        enter_at = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        body = {"type": "echo", "payload": payload, "enter_at": enter_at}
        return self.call("POST", "/api/queue/scheduled", body, key=key or enter_at[:20])

    def sign_in(self, username: str) -> None:
        tokens = self.call("POST", "/api/auth/login", {"username": username, "password": PASSWORD})
        self.refresh_token = tokens["refresh_token"]
        self._headers["Authorization"] = f"Bearer {tokens['access_token']}"
