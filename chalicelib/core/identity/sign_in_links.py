"""Sign-in links: with such a link a user whose password is forgotten sets a new one, once.

A link has a token, `<username>~<secret>`. The account keeps a hash of the secret, the hash of its password
and its role together: a link is void as soon as one of them changes, whoever changes it. The secret has 256
random bits, so nobody finds it by trying, and a fast hash is enough.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Self

from chalicelib.core.time import Millis

FORM = re.compile(r"([a-z0-9][a-z0-9._-]{2,63})~([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class SignInLink:
    """The link of an account, as stored. There is at most one: a new link replaces the one before."""

    hash: str  # SHA-256, hex
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class LinkToken:
    """The token of a link: a secret."""

    username: str
    secret: str

    @classmethod
    def new(cls, username: str) -> Self:
        return cls(username, secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        found = FORM.fullmatch(text)
        return cls(*found.groups()) if found else None

    def __str__(self) -> str:
        return f"{self.username}~{self.secret}"

    def link(self, password_hash: str, role: str, expires_at: Millis) -> SignInLink:
        """What the account with this hash of its password and this role keeps of the token."""
        text = f"sign-in link {self.secret} {role} {password_hash}"
        return SignInLink(hashlib.sha256(text.encode()).hexdigest(), expires_at)

    def opens(self, link: SignInLink | None, password_hash: str, role: str, now: Millis) -> bool:
        """Whether this is the token of the link, which has not expired."""
        if link is None or link.expires_at <= now:
            return False
        return hmac.compare_digest(link.hash, self.link(password_hash, role, 0).hash)
