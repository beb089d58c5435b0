"""Whose queues there can be: of those users that the API can have."""

from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.queueing.names import is_user_id


def require_user(user: object) -> None:
    """Raises InvalidInputError for a name at which the API would answer 404."""
    if not is_user_id(user):
        fault = f"must be an account's id or a name of 1 to 128 of A-Z a-z 0-9 . _ : @ ~ -, not {user!r:.100}"
        raise InvalidInputError.listing(FieldError("user", fault))
