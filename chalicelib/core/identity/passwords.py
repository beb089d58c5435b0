"""Which passwords are accepted: any kind of characters, but none that everybody tries first."""

import unicodedata

from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.identity.account import folded
from chalicelib.core.identity.ports import Passwords

SHORTEST, LONGEST = 8, 128  # characters, see `_has_right_length`
PRODUCT = "gurukool"
MOST_REPEATED = 64  # one character repeated as often as this is beyond what anybody tries


def hash_new(passwords: Passwords, password: str, username: str, field: str = "password") -> str:
    """The hash of an acceptable password. Raises InvalidInputError."""
    if faults := faults_of(passwords, password, username, field):
        raise InvalidInputError("Choose another password.", faults, code="password_refused")
    return passwords.hash(password)


def faults_of(passwords: Passwords, password: str, username: str, field: str) -> tuple[FieldError, ...]:
    fault = _fault(passwords, password, username)
    return (FieldError(field, fault),) if fault else ()


def normalised(password: str) -> str:
    """The same characters, however a keyboard composes them (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def _fault(passwords: Passwords, password: str, username: str) -> str | None:
    if not _has_right_length(password):
        return f"must be {SHORTEST} to {LONGEST} characters long"
    if len(set(folded(password))) == 1 and len(password) < MOST_REPEATED:
        return "must not be one character repeated"
    if len(folded(password).replace(username, "").replace(PRODUCT, "")) < SHORTEST:
        return f"must have {SHORTEST} characters besides the username and the name of this product"
    if passwords.is_common(password):
        return "is one of the most common passwords"
    return None


def _has_right_length(password: str) -> bool:
    r"""Normalising may make one character of several, or several of one: U+FDFA becomes eighteen.

    >>> _has_right_length("\ufdfa"), _has_right_length("e\u0301" * 128), _has_right_length("e\u0301" * 7)
    (False, True, False)
    """
    hashed = len(normalised(password))
    return min(len(password), hashed) >= SHORTEST and hashed <= LONGEST
