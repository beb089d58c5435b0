"""As who a call comes: in a session of its user, by a service, or by a user of an identity provider.

Calls take this as their `session_id`. Only the first one needs a session and an account; a service acts for a
user whom it names. An access is no session's id, because those have no colon (core/identity/session.py).
"""

from typing import Final

from chalicelib.core.errors import (
    SESSION_ENDED,
    ForbiddenError,
    GurukoolError,
    NotFoundError,
    UnauthenticatedError,
)

SERVICE: Final = "service:"
PROVIDER: Final = "oidc:"
DEPLOYMENT: Final = "deployment:"  # whose slots for waiting all callers share; nobody calls as that
OIDC_USER: Final = f"{PROVIDER}user"  # of every user of the identity provider, whatever the token


def service_access(key_id: str) -> str:
    """What a service with this key gives as its `session_id`. The API has authenticated it.

    >>> service_access("k7"), needs_session(service_access("k7")), needs_session("pa2XjzHcw9b0")
    ('service:k7', False, True)
    """
    return f"{SERVICE}{key_id}"


def key_of(access: str) -> str:
    """The id of the key with which a service calls: the inverse of `service_access`.

    >>> key_of(service_access("k7"))
    'k7'
    """
    return access.removeprefix(SERVICE)


def needs_session(session_id: str) -> bool:
    """Whether this is the id of a session, which has to be live.

    >>> needs_session(OIDC_USER)
    False
    """
    return not session_id.startswith((SERVICE, PROVIDER, DEPLOYMENT))


def waiter(user_id: str, session_id: str) -> str:
    """Whose slots for waiting a call takes: its session's, or those of its access and user."""
    return session_id if needs_session(session_id) else f"{session_id} {user_id}"


def denied(session_id: str, *, has_queue: bool) -> GurukoolError:
    """Why a call with this access was refused."""
    if needs_session(session_id):
        return UnauthenticatedError(SESSION_ENDED, code="session_ended")
    if not has_queue:
        return NotFoundError("This user has no queue yet.")
    return ForbiddenError("This user is disabled, or is being deleted.", code="user_disabled")
