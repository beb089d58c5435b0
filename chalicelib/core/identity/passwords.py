"""Which passwords are accepted: any kind of characters, but none that everybody tries first."""

import unicodedata

from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.identity.account import folded
from chalicelib.core.identity.ports import Passwords

SHORTEST, LONGEST = 8, 128  # characters
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
    if _least(password) < SHORTEST or min(len(password), len(normalised(password))) > LONGEST:
        return f"must be {SHORTEST} to {LONGEST} characters long"
    if len(normalised(password)) > LONGEST:
        return f"must be at most {LONGEST} characters long after it is normalised (NFKC)"
    if len(set(folded(password))) == 1 and len(password) < MOST_REPEATED:
        return "must not be one character repeated"
    if _least(password, username, PRODUCT) < SHORTEST:
        return f"must have {SHORTEST} characters besides the username and the name of this product"
    if passwords.is_common(password):
        return "is one of the most common passwords"
    return None


def _least(password: str, *guessed: str) -> int:
    r"""How many characters it has without what is easily guessed: as it is typed or as it is hashed.

    Normalising may make one character of several, or several of one: U+FDFA becomes eighteen.

    >>> _least("\ufdfa"), _least("e\u0301" * 7), _least("Ada\ufdfa", "ada")
    (1, 7, 1)
    """
    spellings = [password.lower(), folded(password)]
    for word in guessed:
        spellings = [spelling.replace(word, "") for spelling in spellings]
    return min(map(len, spellings))
