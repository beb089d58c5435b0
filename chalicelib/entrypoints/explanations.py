"""What the OpenAPI document says for people: descriptions and examples, by the names that are used there."""

from typing import Any

API = """\
Every user has a queue of their own. The requests of one user run one at a time, in the order in which \
they were accepted. Different users never wait for each other.

**Sign in** with `login` and send the access token as `Authorization: Bearer …`. It is valid for some \
minutes; `refresh` gives a new one.

**Errors** are problem documents (RFC 9457). Programs match their `code`, which keeps its meaning in \
every release.

**Lists** come in pages. `limit` is the most items in one page. To get the next page, give as `after` the \
number of the last item, or `next` where the answer has it; as `before` where the newest items come \
first. An empty page is the end.

**Waiting calls** take `wait`: so many seconds, at most 20, may pass before an answer says that there is \
nothing yet."""

TAGS = {
    "auth": ("Authentication", "Sign up, sign in and out; the sessions of the caller."),
    "account": ("Account", "The account of the caller."),
    "queue": ("Queue", "The queue of the caller: send requests, read outcomes, look and control."),
    "admin": ("Administration", "All queues and accounts, for administrators."),
    "health": ("Service", "The service itself."),
    "openapi.json": ("Service", "The service itself."),
}

OPERATIONS = {
    "enqueue": "Accepts one request and gives it the next number of the queue. It runs after all "
    "requests before it. With an `Idempotency-Key` the call may be repeated: the same "
    "call with the same key is one request.",
    "enqueueBatch": "Accepts all requests of the batch or none. They get consecutive numbers. With "
    "an `Idempotency-Key` the call may be repeated: the same call with the same key"
    " is one batch.",
    "dequeue": "Answers with the outcome after `read` and moves `read` to it: 204 if there is none "
    "yet. If the answer is lost on its way, the outcome is not given again. Clients "
    "whose connection may break use `listOutcomes` and `markRead` instead.",
    "listOutcomes": "Answers with outcomes after a number and changes nothing, so it may be "
    "repeated. The client keeps the number, or stores it with `markRead` when the "
    "outcomes are safe.",
    "markRead": "Moves `read` forward to the number. A number that was read already changes nothing.",
    "showQueue": "The state of the queue, its three cursors, and what the request at its head waits for.",
    "deleteQueue": "Cancels all waiting requests and hides all requests so far. A running request "
    "goes on to its end.",
    "pause": "Starts no further request until `resume`. A running request goes on to its end.",
    "resume": "Ends a pause of the caller's own.",
    "purge": "Cancels all waiting requests. A running request goes on to its end.",
    "listRequests": "Requests in the order of their numbers, without payloads.",
    "showRequest": "One request with its payload. With `wait` the call answers when the request has"
    " its outcome.",
    "cancel": "A request that was cancelled is never started. A running request cannot be cancelled.",
    "retry": "A request that halts the queue runs again in its place: 200. A request that failed "
    "earlier is sent anew under a new number: 202.",
    "skip": "A request that halts the queue has failed, and the next one runs.",
    "register": "Creates an account. The operator may have closed sign-up.",
    "login": "Starts a session. After some wrong passwords the next try has to wait.",
    "refresh": "A refresh token is valid once. If a spent one comes back, the session ends: "
    "somebody has copied it.",
    "logout": "Ends this session at once. Requests that were accepted still run.",
    "listSessions": "The sessions of the caller that have not ended.",
    "endOtherSessions": "Ends all sessions of the caller but this one.",
    "endSession": "Ends one session of the caller.",
    "changePassword": "Changes the password and ends all other sessions.",
    "deleteAccount": "Deletes the account, its queue and all its requests.",
    "listQueues": "The queues of all users, in no particular order. A page may be empty and still "
    "have a `next`.",
    "stats": "Numbers over all queues that are open.",
    "disableAccount": "Ends all sessions of the account and lets none start. Requests that were "
    "accepted still run.",
    "readAuditLog": "What administrators did in one month, the newest first.",
    "health": "Answers while the API can. It looks at nothing that the API depends on.",
    "openapi": "This document, with the address under which it was asked for.",
}

PARAMETERS = {
    "Idempotency-Key": "Any name for this call, the same when it is repeated: 1 to 255 visible "
    "ASCII characters.",
    "after": "Where the page begins: after this item.",
    "before": "Where the page begins: before this item.",
    "limit": "The most items in the page.",
    "wait": "How many seconds the call may wait.",
    "seq": "The number of the request in its queue.",
    "session_id": "The id of the session, from the list of sessions.",
    "user_id": "The id of the user.",
    "username": "The username, or a part of it in lists.",
    "state": "Only queues in this state.",
    "month": "The month, such as 2026-11. Without it: this month.",
}

SCHEMAS = {
    "Account": "A new account.",
    "Audit": "A page of the audit log.",
    "Batch": "Requests that are accepted all or none.",
    "ChangePassword": "The current password and the new one.",
    "Counts": "How many requests had which outcome.",
    "DeleteAccount": "The password once more, since nothing can be restored.",
    "Entry": "One act of an administrator.",
    "Failure": "Why an attempt failed.",
    "Fault": "One field that is not acceptable.",
    "Health": "The API answers.",
    "Login": "Username and password.",
    "MarkRead": "Up to where outcomes were read.",
    "Order": "One request to be sent: its type decides what its payload is.",
    "Outcomes": "Outcomes in order.",
    "OwnAccount": "The account of the caller.",
    "Problem": "An error (RFC 9457).",
    "Queue": "The queue: `read` ≤ `head` ≤ `tail` are the last number read, with an outcome, and given out.",
    "QueueRequest": "A request and how far it is. Its type decides what its result is; a type that "
    "is not listed here has no handler any more.",
    "QueueRequestDetail": "A request with what its sender asked for.",
    "Queues": "A page of queues.",
    "Refresh": "The refresh token.",
    "Register": "Username and password of the new account.",
    "Requests": "Requests in order.",
    "Session": "One signed-in client.",
    "Sessions": "Sessions, the oldest first.",
    "Standing": "Whether an account is disabled.",
    "States": "How many queues are in which state.",
    "Stats": "All open queues in numbers.",
    "Tokens": "The tokens of a session. Both are secret.",
    "UserQueue": "The queue of one user, as administrators see it.",
    "Waiting": "What the head of the queue waits for, and all requests behind it.",
}

PASSWORD = "a long and winding road"  # noqa: S105 - an example
MOMENT = "2026-11-25T08:00:00.000Z"
ECHO: dict[str, Any] = {
    "seq": 1,
    "type": "echo",
    "status": "succeeded",
    "attempts": 1,
    "enqueued_at": MOMENT,
    "not_before": None,
    "started_at": "2026-11-25T08:00:00.020Z",
    "finished_at": "2026-11-25T08:00:00.024Z",
    "result": {"n": 1},
    "error": None,
    "origin": None,
    "position": None,
    "estimated_wait_seconds": None,
}
ORDER = {"type": "echo", "payload": {"n": 1}}
# Checked against their schemas by a test. Those of a handler's type count only where there is such a handler.
EXAMPLES: dict[str, Any] = {
    "Account": {"user_id": "8dd7b4527e028abe63303bf030de30d4", "username": "ada"},
    "Batch": {"requests": [ORDER, ORDER]},
    "ChangePassword": {"current_password": PASSWORD, "new_password": "a longer road that winds"},
    "DeleteAccount": {"password": PASSWORD},
    "EchoOrder": ORDER,
    "EchoRequest": ECHO,
    "EchoRequestDetail": {**ECHO, "payload": {"n": 1}, "max_attempts": None, "on_failure": None},
    "Login": {"username": "ada", "password": PASSWORD},
    "MarkRead": {"seq": 1},
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
    "Requests": {"requests": [ECHO]},
    "Tokens": {
        "access_token": "eyJhbGciOi…",
        "refresh_token": "bYBuaTGxbw8k…",
        "expires_in": 600,
        "token_type": "Bearer",
    },
}
