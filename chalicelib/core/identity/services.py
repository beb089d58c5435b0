"""Services: backends that act for users of their own. Each calls with a key.

A key is `gk_<id>_<secret>`. The id finds what is stored of it; of the secret, that is only a hash: it has 256
random bits, so nobody finds it by trying, and a fast hash is enough.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from chalicelib.core.identity.scopes import Scopes
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.rates import Bucket

FORM = re.compile(r"gk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")
PREFIX = "gk_"  # no access token begins like this
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # of a service
MOST_SCOPES = 20  # of a key
LONGEST_DAYS = 3650  # of a key that expires
MOST_AT_ONCE = 10_000  # requests at once, of a key that has a rate


@dataclass(frozen=True, slots=True)
class Key:
    """A key as its service has it: a secret."""

    key_id: str
    secret: str

    @classmethod
    def new(cls) -> Self:
        return cls(secrets.token_hex(8), secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        found = FORM.fullmatch(text)
        return cls(*found.groups()) if found else None

    def __str__(self) -> str:
        return f"{PREFIX}{self.key_id}_{self.secret}"

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Service:
    """A service and one of its keys, as stored. Several keys may have the same name: one replaces another."""

    key_id: str
    name: str
    secret_hash: str  # SHA-256, hex
    scopes: Scopes
    created_at: Millis
    created_by: str  # username of the administrator
    expires_at: Millis | None = None  # None: never
    last_used_at: Millis | None = None  # to some minutes
    bucket: "Bucket | None" = None  # how many requests it may send in a time; None: any number
    arrival: int | None = None  # of that bucket, in microseconds, see rates.py

    def is_opened_by(self, key: Key, now: Millis) -> bool:
        right = hmac.compare_digest(self.secret_hash, key.hash)
        return right and (self.expires_at is None or now < self.expires_at)
