"""The texts of the OpenAPI document, by the names that are used there."""

API = """\
Every user has a queue of their own. The requests of one user run one at a time, in the order in which \
they were accepted. Different users never wait for each other.

**Sign in** with `login` and send the access token as `Authorization: Bearer …`. It is valid for some \
minutes. `refresh` returns a new one.

**Errors** are problem documents (RFC 9457). Programs match their `code`, which keeps its meaning in \
every release.

**Lists** come in pages. `limit` is the maximum number of items in a page. To get the next page, set `after` \
to `next` if the answer has it, otherwise to the number of the last item. Lists with the newest item first \
take `before` instead. An empty page is the end.

**Waiting calls** take `wait`, the maximum number of seconds (at most 20) until the call answers that there \
is nothing yet."""

TAGS = {
    "Authentication": "Sign-up, sign-in and sign-out; the sessions of the caller.",
    "Account": "The account of the caller.",
    "Queue": "The queue of the caller: send requests, read outcomes, control the queue.",
    "Queues of users": "The queues of users whom a service names: the same operations as of the tag Queue.",
    "Administration": "All queues and accounts, for administrators.",
    "Service": "The service itself.",
}

OPERATIONS = {
    "enqueue": "Accepts one request and gives it the next number of the queue. It runs after all "
    "requests before it. With an `Idempotency-Key` the call may be repeated: the same "
    "call with the same key is one request. With a `slot`, it replaces the requests that wait in it, or is "
    "refused while there is one: see `if_busy`. With `start_before`, it expires if it was not begun by then.",
    "enqueueBatch": "Accepts all requests of the batch or none. They get consecutive numbers. With "
    "an `Idempotency-Key` the call may be repeated: the same call with the same key"
    " is one batch.",
    "dequeue": "Returns the outcome after `read` and moves `read` to it; 204 if there is none "
    "yet. If the answer is lost on its way, the outcome is not returned again. If that must "
    "not happen, use `listOutcomes` and `markRead` instead.",
    "dequeueBatch": "Returns the outcomes after `read` and moves `read` to the last of them, by one write; "
    "204 if there are none yet. It returns fewer than `max` if there are no more, or if more would make the "
    "answer too large.",
    "listOutcomes": "Returns the outcomes after a number and changes nothing, so it may be "
    "repeated. The client keeps the number, or stores it with `markRead` after the "
    "outcomes were processed.",
    "markRead": "Moves `read` forward to the number. A number that is already read changes nothing.",
    "showQueue": "The state of the queue, its three cursors, and the reason why its next request waits.",
    "deleteQueue": "Cancels all waiting requests, hides all requests so far, and deletes what is "
    "scheduled. A running request goes on to its end.",
    "offerUpload": "Answers with an address for one PUT of a payload of up to 4 MB, with its size and its "
    "SHA-256. A request that names the `id` as its `payload_upload` has that payload. An upload that no "
    "request uses is deleted after a day. 404 if the operator has not switched uploads on.",
    "pause": "Starts no further request until `resume`. A running request goes on to its end.",
    "resume": "Ends a pause of the caller. Only administrators can end an administrator's pause.",
    "purge": "Cancels all waiting requests. A running request goes on to its end.",
    "listRequests": "Requests in the order of their numbers, without payloads.",
    "showRequest": "One request with its payload. With `wait`, the call answers as soon as the request"
    " has its outcome.",
    "cancel": "A request that was cancelled is never started. A running request cannot be cancelled.",
    "retry": "A request that halts the queue runs again in its place: 200. If it holds the queue, the "
    "service looks again whether its code can take it: 200. A request that failed earlier "
    "is sent anew under a new number: 202.",
    "skip": "The request that halts or holds the queue becomes failed, and the next one runs.",
    "schedule": "Accepts one request that enters the line at a moment and gets its number then. Until "
    "then it delays nobody. It may be some seconds late, and about a minute if it was scheduled less than "
    "a minute ahead. It has no `start_before` and no slot: send a request that needs them now, with "
    "`not_before`. With an `Idempotency-Key` the call may be repeated: the same call with the same key is "
    "one request, and the answer has its number as soon as it has one.",
    "listScheduled": "What is scheduled, without payloads. What has entered the line is among the requests.",
    "showScheduled": "One scheduled request with its payload; 404 as soon as it has entered the line.",
    "deleteScheduled": "A request that was deleted never enters the line. 404 if it has entered already.",
    "register": "Creates an account. The operator may have closed sign-up.",
    "login": "Starts a session. After some wrong passwords the next try has to wait.",
    "refresh": "A refresh token can be used once. If a used token is sent again later, the session "
    "ends, because somebody may have copied the token.",
    "useSignInLink": "Sets the password, ends all sessions of the account and starts a new one. A link can "
    "be used once. A password that is refused does not use it up.",
    "logout": "Ends this session at once. Accepted requests still run.",
    "listSessions": "The sessions of the caller that have not ended.",
    "endOtherSessions": "Ends all sessions of the caller but this one.",
    "endSession": "Ends one session of the caller.",
    "exportAccount": "All that is stored about the caller: account, sessions, queue, scheduled requests, "
    "requests with their outcomes and events, and what administrators and services did. No secrets. The "
    "console puts the pages into one file.",
    "changePassword": "Changes the password and ends all other sessions.",
    "deleteAccount": "Deletes the account, its queue and all its requests.",
    "listQueues": "The queues of all users, in no particular order. A page may be empty and still "
    "have a `next`.",
    "removeUser": "As `deleteUser`, for any user who has a queue; the account goes at once. Accounts of "
    "administrators are refused.",
    "exportUser": "As `exportAccount`, for any user who has a queue. Each page is an entry in the audit log.",
    "stats": "Totals of all open queues.",
    "disableAccount": "Ends all sessions of the account and forbids new ones. Accepted requests still run.",
    "makeSignInLink": "Makes a link for a user who has forgotten the password. It is shown this once and can "
    "be used once. It is void when it expires, when another one is made, when the password changes, and when "
    "the account is disabled. Accounts of administrators are refused.",
    "setPassword": "Sets the password of an account and ends all its sessions. A link is better: then nobody "
    "but the user knows the password. Accounts of administrators are refused.",
    "deleteUser": "From now on, nothing of the user begins and nothing is accepted. The data are removed "
    "some minutes later, when what runs has ended and the application has deleted what it has of the user. "
    "The call may be repeated; 404 when nothing is left. Then the name can be used again.",
    "exportForUser": "As `exportAccount`, for a user of the service.",
    "makeToken": "Makes a token for a browser or a device of the user. `/api/queue/…` accepts it, as far as "
    "its scopes go, until it expires.",
    "makeKey": "Makes a key for a service, a backend that sends requests for users of its own. The key is "
    "shown this once.",
    "listKeys": "The keys of services, without their secrets.",
    "revokeKey": "The key is refused from now on, everywhere within 5 seconds.",
    "readAuditLog": "The acts of administrators in one month, the newest first.",
    "health": "Answers 200 if the API is running. It does not check the services that the API depends on.",
    "openapi": "This document, with the address at which it was requested.",
}

HEADERS = {
    "Idempotency-Replayed": "true: an earlier call was answered like this",
    "Location": "The address of the new request, relative to the address of this call",
    "Results-Omitted": "true: the results are too large for one answer",
}

PARAMETERS = {
    "Idempotency-Key": "A unique name for this call. Send the same name when you repeat the call. 1 to 255 "
    "visible ASCII characters.",
    "after": "The page begins after this item.",
    "before": "The page begins before this item.",
    "limit": "The maximum number of items in the page.",
    "id": "The id of the scheduled request.",
    "max": "The maximum number of outcomes.",
    "wait": "The maximum number of seconds that the call waits.",
    "seq": "The number of the request in its queue.",
    "session_id": "The id of the session, from the list of sessions.",
    "user_id": "The id of the user.",
    "user": "The user as the service names them: letters, digits and `. _ : @ ~ -`. They need no account; a "
    "user may have several queues, each with a name of its own, such as `ada:chat-7`.",
    "key_id": "The id of the key, from the list of keys.",
    "username": "The username, or a part of it in lists.",
    "state": "Only queues in this state.",
    "month": "The month, such as 2026-11. Without it: this month.",
}

SCHEMAS = {
    "Account": "A new account.",
    "Audit": "A page of the audit log.",
    "Batch": "Requests that are accepted together or not at all.",
    "ChangePassword": "The current password and the new one.",
    "Counts": "The number of requests by outcome.",
    "DeleteAccount": "The password again, because a deletion cannot be undone.",
    "Entry": "One act of an administrator.",
    "Export": "A page of an export.",
    "Failure": "Why an attempt failed.",
    "Fault": "One invalid field.",
    "Follows": "The request whose handler has enqueued this one.",
    "Health": "The API is running.",
    "Key": "A key of a service, without its secret.",
    "Keys": "The keys of services.",
    "Login": "Username and password.",
    "MadeKey": "A new key. It is shown this once.",
    "MarkRead": "The number up to which outcomes were read.",
    "Order": "One request to send. Its type determines the schema of its payload.",
    "Outcomes": "Outcomes in order.",
    "MintedToken": "A token for the queue of one user.",
    "NewKey": "What a key is for.",
    "NewSignInLink": "How long a sign-in link is for.",
    "NewToken": "What a token is for.",
    "NewUpload": "What will be uploaded.",
    "OwnAccount": "The account of the caller.",
    "PayloadUpload": "A payload that was uploaded.",
    "Problem": "An error (RFC 9457).",
    "Queue": "The queue. `read` ≤ `head` ≤ `tail`: the last number that was read, that has an outcome, "
    "that was given out.",
    "QueueRequest": "A request and its status. Its type determines the schema of its result. A type "
    "that is not listed here no longer has a handler.",
    "QueueRequestDetail": "A request with its payload and options.",
    "Queues": "A page of queues.",
    "Record": "One thing that is stored about a user.",
    "Refresh": "The refresh token.",
    "Register": "Username and password of the new account.",
    "Requests": "Requests in order.",
    "Scheduled": "A scheduled request without its payload.",
    "ScheduledDetail": "A scheduled request with its payload.",
    "ScheduledOrder": "One request to schedule. Its type determines the schema of its payload.",
    "ScheduledPage": "A page of scheduled requests.",
    "Session": "One signed-in client.",
    "Sessions": "Sessions, the oldest first.",
    "SetPassword": "The new password of an account.",
    "SignInLink": "A link for one account. It is shown this once.",
    "Standing": "Whether an account is disabled.",
    "States": "The number of queues by state.",
    "Stats": "Totals of all open queues.",
    "Tokens": "The tokens of a session. Both are secret.",
    "Upload": "How to upload a payload.",
    "UseSignInLink": "The token of a sign-in link and the new password.",
    "UserQueue": "The queue of one user, as administrators see it.",
    "Waiting": "Why the next request of the queue, and all requests behind it, wait.",
}
