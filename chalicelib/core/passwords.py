"""Which passwords are accepted: any kind of characters, but none that everybody tries first."""

from chalicelib.core.account import folded
from chalicelib.core.account_ports import Passwords
from chalicelib.core.errors import FieldError, InvalidInputError

SHORTEST, LONGEST = 8, 128  # characters


def hash_new(passwords: Passwords, password: str, username: str, field: str = "password") -> str:
    """The hash of an acceptable password. Raises InvalidInputError."""
    if fault := _fault(passwords, password, username):
        raise InvalidInputError("Choose another password.", (FieldError(field, fault),))
    return passwords.hash(password)


def _fault(passwords: Passwords, password: str, username: str) -> str | None:
    if not SHORTEST <= len(password) <= LONGEST:
        return f"must be {SHORTEST} to {LONGEST} characters long"
    if folded(password) == username:
        return "must not be the username"
    if passwords.is_common(password):
        return "is one of the most common passwords"
    return None
