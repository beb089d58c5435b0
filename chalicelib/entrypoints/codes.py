"""Every `code` that a problem may have: stable in every release, so that programs can match it.

docs/errors.md and the OpenAPI document list the same; a test compares them with what the code base raises.
"""

from typing import NamedTuple


class Code(NamedTuple):
    status: int
    meaning: str


CODES = {
    "malformed": Code(400, "The call cannot be read: its body is not JSON in UTF-8, or must be empty."),
    "unauthenticated": Code(401, "No access token was sent."),
    "invalid_token": Code(401, "The access token is not one of this service."),
    "token_expired": Code(401, "The access token has expired. Refresh it."),
    "session_ended": Code(401, "The session has ended. Sign in again."),
    "wrong_credentials": Code(401, "The username or the password is wrong, or the account is disabled."),
    "forbidden": Code(403, "The caller may not do this."),
    "admin_only": Code(403, "Only administrators may do this."),
    "registration_closed": Code(403, "The operator has closed sign-up."),
    "wrong_password": Code(403, "The current password is wrong."),
    "not_found": Code(404, "The address names nothing that exists, or nothing of this user."),
    "method_not_allowed": Code(
        405, "The address does not take this method. `Allow` lists those that it takes."
    ),
    "conflict": Code(409, "The state of the thing does not allow it."),
    "cannot_cancel": Code(409, "The request is running, or has an outcome."),
    "changed_meanwhile": Code(409, "Another call changed the thing at the same moment. Look and try again."),
    "no_outcome_yet": Code(409, "There is no outcome yet under the number that was said to be read."),
    "not_halting": Code(
        409, "The request does not halt the queue: there is nothing to retry in place or skip."
    ),
    "own_account": Code(409, "Administrators cannot disable their own account."),
    "paused_by_administrator": Code(409, "An administrator paused the queue, and only one can resume it."),
    "queue_halted": Code(409, "The queue is halted. Retry or skip the request that halts it."),
    "username_taken": Code(409, "Another account has this username."),
    "too_large": Code(413, "The body or a payload has more bytes than are taken."),
    "unsupported_media_type": Code(415, "The body is not sent as `application/json` in UTF-8."),
    "invalid_input": Code(422, "Fields are missing, unknown or not acceptable. `errors` lists them."),
    "batch_exceeds_limit": Code(422, "The batch has more requests than the queue can ever hold."),
    "host_not_allowed": Code(422, "The operator has not allowed deliveries to this host."),
    "key_deleted": Code(422, "The Idempotency-Key was used for requests that were deleted since."),
    "key_expired": Code(422, "The Idempotency-Key was used for requests that have expired in part."),
    "key_reused": Code(422, "The Idempotency-Key was used for a call that asked for something else."),
    "password_refused": Code(422, "The new password is too easy to guess."),
    "unknown_type": Code(422, "No handler carries out requests of this type."),
    "too_many": Code(429, "Too many calls at once. Wait for the seconds of `Retry-After`."),
    "queue_full": Code(429, "The queue has no room. Wait for the seconds of `Retry-After`."),
    "too_many_at_once": Code(
        429, "Too many calls try a password of this account from one network at this moment."
    ),
    "throttled": Code(429, "Too many wrong passwords. Wait for the seconds of `Retry-After`."),
    "internal": Code(500, "Something is wrong in this service. Its logs say what, under `X-Request-Id`."),
    "unavailable": Code(
        503, "A part of this service does not answer. What was asked for may have been done."
    ),
    "timeout": Code(504, "The answer took too long. What was asked for may have been done."),
}
