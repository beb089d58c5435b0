"""Examples in the OpenAPI document, by component."""

from typing import Any

PASSWORD = "a long and winding road"  # noqa: S105 - an example
MOMENT = "2026-11-25T08:00:00.000Z"
ECHO: dict[str, Any] = {
    "seq": 1,
    "type": "echo",
    "status": "succeeded",
    "attempts": 1,
    "enqueued_at": MOMENT,
    "not_before": None,
    "start_before": None,
    "started_at": "2026-11-25T08:00:00.020Z",
    "finished_at": "2026-11-25T08:00:00.024Z",
    "result": {"n": 1},
    "error": None,
    "origin": None,
    "slot": None,
    "superseded_by": None,
    "position": None,
    "estimated_wait_seconds": None,
    "stop_requested_at": None,
    "stopped_by": None,
}
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
ORDER = {"type": "echo", "payload": {"n": 1}}
# Checked against their schemas by a test. Those of a handler's type count only where there is such a handler.
EXAMPLES: dict[str, Any] = {
    "Account": {"user_id": "8dd7b4527e028abe63303bf030de30d4", "username": "ada"},
    "Batch": {"requests": [ORDER, ORDER]},
    "ChangePassword": {"current_password": PASSWORD, "new_password": "a longer road that winds"},
    "DeleteAccount": {"password": PASSWORD},
    "EchoOrder": ORDER,
    "EchoRequest": ECHO,
    "EchoRequestDetail": {
        **ECHO,
        "payload": {"n": 1},
        "max_attempts": None,
        "on_failure": None,
        "if_busy": None,
        "follows": None,
        "trace_id": None,
        "callback": None,
        "payload_upload": None,
    },
    "Events": {
        "events": [
            {
                "n": 1,
                "at": MOMENT,
                "attempt": 1,
                "kind": "progress",
                "data": {"fraction": 0.4, "message": "two of five"},
            },
            {"n": 2, "at": MOMENT, "attempt": 1, "kind": "output", "data": "Once upon a time"},
        ],
        "ended": False,
        "next": 2,
    },
    "Login": {"username": "ada", "password": PASSWORD},
    "MarkRead": {"seq": 1},
    "NewKey": {"name": "shop", "scopes": ["enqueue:*", "read", "dequeue", "control"], "days": 365},
    "NewSignInLink": {"ttl_seconds": 3600},
    "NewToken": {"scopes": ["read"], "ttl_seconds": 600, "seq": 7},
    "NewUpload": {"bytes": 1_048_576, "sha256": DIGEST},
    "Order": ORDER,
    "Problem": {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "code": "invalid_input",
        "detail": "payload.seconds is missing.",
        "errors": [{"path": "payload.seconds", "message": "is missing"}],
    },
    "QueueRequest": ECHO,
    "Refresh": {"refresh_token": "the refresh token of login, or of the last refresh"},
    "Register": {"username": "ada", "password": PASSWORD},
    "Replay": {"from": 7},
    "Requests": {"requests": [ECHO]},
    "EchoScheduledOrder": {**ORDER, "enter_at": MOMENT},
    "ScheduledOrder": {**ORDER, "enter_at": MOMENT},
    "SetPassword": {"password": PASSWORD},
    "SignalBody": {"payload": {"approved": True}},
    "UseSignInLink": {"token": "ada~q1Z…", "new_password": PASSWORD},
    "Tokens": {
        "access_token": "eyJhbGciOi…",
        "refresh_token": "bYBuaTGxbw8k…",
        "expires_in": 600,
        "token_type": "Bearer",
    },
}
