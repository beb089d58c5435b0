"""How a call has been let in to a user's queue: by a session of the user, or as a service for them."""

SERVICE = "service:"  # no session's id has a colon


def service_access(key_id: str) -> str:
    """In place of a session's id, for a service that acts for a user."""
    return f"{SERVICE}{key_id}"


def needs_session(session_id: str) -> bool:
    """Whether the access is that of a session, which must be live."""
    return not session_id.startswith(SERVICE)
