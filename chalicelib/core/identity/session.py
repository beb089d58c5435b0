"""One signed-in client of a user, and the refresh token that keeps it signed in.

A refresh token is used once: each refresh spends it and gives its successor. An answer may get lost, so for a
few seconds the token just spent gives the same successor once more, and for a minute to a client of the same
network. A spent token that comes back later was stolen from somebody, and ends the session for the thief and
the user alike.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Self

from chalicelib.core.identity.account import Role
from chalicelib.core.time import Millis

DAY_MS = 24 * 3600 * 1000
IDLE_MS = 14 * DAY_MS  # a session that is not refreshed for this long is over
LONGEST_MS = 30 * DAY_MS  # and none lasts longer; NIST SP 800-63B asks for a new sign-in by then
GRACE_MS = 10_000  # how long a spent token still gives its successor
OWN_GRACE_MS = 60_000  # and how long to whoever comes from where it was spent
SECRET_BYTES = 32
MOST_SESSIONS = 10  # of one user: their ids are in the queue item, every write of which shall stay one unit

# The table of sessions also has counts of tries, under keys with a space: no token may name one of those.
FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A secret that can be exchanged once for new credentials of its session."""

    session_id: str
    family: str  # the same in all tokens of the session: a token without it is a guess, and ends nothing
    secret: str  # new in each token

    @classmethod
    def new(cls, session_id: str) -> Self:
        return cls(session_id, secrets.token_urlsafe(16), secrets.token_urlsafe(SECRET_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        found = FORM.fullmatch(text)
        return cls(*found.groups()) if found else None

    def __str__(self) -> str:
        return f"{self.session_id}.{self.family}.{self.secret}"

    @property
    def family_hash(self) -> str:
        return _hash(self.family)

    @property
    def hash(self) -> str:
        return _hash(self.secret)

    def successor(self) -> Self:
        return type(self)(self.session_id, self.family, secrets.token_urlsafe(SECRET_BYTES))

    def origin(self, network: str) -> str:
        """A hash by which the network is recognised, and from which it cannot be read."""
        return _hash(f"{self.family} {network}")

    def seal(self, successor: "RefreshToken") -> str:
        """The successor's secret, for nobody but the holder of this token to read. Hexadecimal."""
        return _mixed(self.secret, successor.secret.encode())

    def unseal(self, sealed: str) -> Self:
        secret = bytes.fromhex(_mixed(self.secret, bytes.fromhex(sealed))).decode()
        return type(self)(self.session_id, self.family, secret)


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in client of an account, as the session store has it."""

    session_id: str
    user_id: str
    username: str
    role: Role
    client: str  # what the client calls itself
    family_hash: str
    refresh_hash: str  # SHA-256 of the current refresh token's secret, hex
    created_at: Millis
    refreshed_at: Millis
    expires_at: Millis  # unless it is refreshed before
    ends_at: Millis  # in any case
    previous_hash: str | None = None  # of the token that was spent last
    sealed: str | None = None  # the current token's secret, sealed by the previous one
    refreshed_by: str | None = None  # the origin of the call that spent it, see `RefreshToken.origin`

    @property
    def over_at(self) -> Millis:
        return min(self.expires_at, self.ends_at)

    def is_guessed(self, token: RefreshToken) -> bool:
        return not hmac.compare_digest(self.family_hash, token.family_hash)

    def repeats(self, token: RefreshToken, origin: str, now: Millis) -> str | None:
        """The sealed successor if the token was spent a moment ago."""
        grace = OWN_GRACE_MS if self.refreshed_by == origin else GRACE_MS
        recent = now - self.refreshed_at <= grace
        return self.sealed if recent and self.previous_hash == token.hash else None


def new_session_id() -> str:
    return secrets.token_urlsafe(9)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _mixed(key: str, text: bytes) -> str:
    """`text` under a one-time pad: each token seals once, and its hash does not tell the pad."""
    pad = hashlib.shake_256(b"successor" + key.encode()).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, pad, strict=True)).hex()
