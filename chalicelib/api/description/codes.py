"""Every `code` of problem documents. Programs match them, so they are stable in every release.

docs/errors.md and the OpenAPI document list the same codes; a test compares them with what the code raises.
"""

from chalicelib.web.description import Code

CODES = {
    "malformed": Code(400, "The call cannot be read: its body is not JSON in UTF-8, or must be empty."),
    "unauthenticated": Code(401, "No access token was sent."),
    "invalid_token": Code(
        401, "The token was not issued by this service, or by its identity provider for it."
    ),
    "token_expired": Code(401, "The token has expired. Refresh it, or get a new one."),
    "session_ended": Code(401, "The session has ended. Sign in again."),
    "unusable_subject": Code(401, "The identity provider's name of the user is empty, or too long."),
    "invalid_key": Code(401, "The key is unknown, was revoked, or has expired."),
    "invalid_link": Code(401, "The sign-in link was used, has expired, or is void. Ask for a new one."),
    "wrong_credentials": Code(401, "The username or the password is wrong, or the account is disabled."),
    "forbidden": Code(403, "The caller may not do this."),
    "admin_only": Code(403, "Only administrators may do this."),
    "accounts_only": Code(403, "Only users with an account may do this."),
    "other_request": Code(403, "The token is for one request alone, which `detail` names."),
    "scope_missing": Code(403, "The key or the token does not have the scope. `detail` names it."),
    "services_only": Code(403, "Only services may call this, each with its key."),
    "user_disabled": Code(403, "An administrator has disabled this user, or is deleting it."),
    "user_not_named": Code(403, "A service acts for users, whom the address names: /api/users/{user}/queue."),
    "registration_closed": Code(403, "The operator has closed sign-up."),
    "wrong_password": Code(403, "The current password is wrong."),
    "not_found": Code(404, "There is nothing at this address, or it belongs to another user."),
    "upload_not_found": Code(404, "There is no such upload of this user: not completed, or too old."),
    "uploads_off": Code(404, "The operator has not switched uploads on. Send payloads of up to 128 KiB."),
    "metrics_off": Code(404, "The deployment writes no metrics: its parameter Metrics is off."),
    "traces_off": Code(404, "The deployment sends no traces to X-Ray: its parameter Tracing is off."),
    "trace_not_found": Code(404, "X-Ray has no such trace of this deployment, or does not have it yet."),
    "method_not_allowed": Code(
        405, "The address does not support this method. `Allow` lists the supported methods."
    ),
    "conflict": Code(409, "The current state does not allow this operation."),
    "account_disabled": Code(409, "The account is disabled. Enable it first."),
    "administrator_account": Code(
        409, "The account is an administrator's. Operators can make a link for it, with infra.operate."
    ),
    "already_ended": Code(409, "The request has an outcome: there is nothing to stop."),
    "cannot_cancel": Code(409, "The request is running, or has an outcome."),
    "changed_meanwhile": Code(
        409, "Another call made a change at the same moment. Read the current state and try again."
    ),
    "nothing_to_replay": Code(409, "No outcome from that number on was ever to be pushed."),
    "no_outcome_yet": Code(409, "The number cannot be marked as read: it has no outcome yet."),
    "not_halting": Code(
        409, "The request does not halt or hold the queue: there is nothing to retry in place or skip."
    ),
    "own_account": Code(409, "Administrators cannot disable their own account."),
    "paused_by_administrator": Code(409, "An administrator paused the queue, and only one can resume it."),
    "queue_halted": Code(409, "The queue is halted. Retry or skip the request that halts it."),
    "payload_gone": Code(409, "The payload was uploaded and is no longer stored. Send a new request."),
    "request_ended": Code(409, "The request has its outcome: it cannot get a signal any more."),
    "signal_given": Code(409, "The request has got this signal before, with another payload."),
    "slot_busy": Code(409, "A request of the same slot has no outcome yet. `seq` is its number."),
    "username_taken": Code(409, "Another account has this username."),
    "too_large": Code(413, "The body or a payload is too large."),
    "unsupported_media_type": Code(415, "The body is not sent as `application/json` in UTF-8."),
    "invalid_input": Code(422, "Fields are missing, unknown or invalid. `errors` lists them."),
    "batch_exceeds_burst": Code(422, "The batch has more requests than may ever be sent at once."),
    "batch_exceeds_limit": Code(422, "The batch has more requests than the queue can ever hold."),
    "callbacks_off": Code(
        422,
        "The operator has allowed no host for callbacks. Leave out `callback`, and read outcomes.",
    ),
    "host_not_allowed": Code(422, "The operator has not allowed deliveries or callbacks to this host."),
    "key_deleted": Code(422, "The Idempotency-Key was used for requests that have since been deleted."),
    "key_expired": Code(422, "The Idempotency-Key was used for requests of which some have expired."),
    "key_reused": Code(422, "The Idempotency-Key was used for a different call."),
    "password_refused": Code(422, "The new password is too easy to guess."),
    "too_many_keys": Code(422, "There are as many keys as there can be. Revoke one first."),
    "upload_damaged": Code(422, "What was uploaded is not what was announced. Upload it again."),
    "unknown_type": Code(422, "There is no handler for this type of request."),
    "too_many": Code(429, "Too many calls at once. Wait as many seconds as `Retry-After` says."),
    "queue_full": Code(429, "The queue is full. Wait as many seconds as `Retry-After` says."),
    "rate_limited": Code(429, "More requests than the rate allows. Wait as long as `Retry-After` says."),
    "too_many_at_once": Code(429, "Too many simultaneous password checks for this account from one network."),
    "throttled": Code(429, "Too many wrong passwords. Wait as many seconds as `Retry-After` says."),
    "internal": Code(500, "An error in this service. Its logs have the details under `X-Request-Id`."),
    "unavailable": Code(503, "A part of this service does not answer. The call may have been carried out."),
    "identity_provider_unavailable": Code(
        503, "The identity provider does not answer, so its tokens cannot be verified."
    ),
    "newer_release": Code(
        503,
        "A newer release, which is being deployed or was rolled back, stored the data. Nothing was changed.",
    ),
    "timeout": Code(504, "The answer took too long. The call may have been carried out."),
}
