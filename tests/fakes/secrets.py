"""Passwords and tokens without cryptography."""

import json
from dataclasses import asdict

from chalicelib.core.errors import UnauthenticatedError
from chalicelib.core.identity.account import Principal, Role
from chalicelib.core.time import Millis

LIFE_S = 600
COMMON = "password"


class FakePasswords:
    def hash(self, password: str) -> str:
        return f"hashed {password}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash in (self.hash(password), f"outdated {password}")

    def is_outdated(self, password_hash: str) -> bool:
        return password_hash.startswith("outdated")

    def is_common(self, password: str) -> bool:
        return password == COMMON


class FakeTokens:
    """Access tokens that anybody can read and forge, and that never expire."""

    def issue(self, principal: Principal, now: Millis, seconds: int | None = None) -> tuple[str, int]:
        return json.dumps(asdict(principal), default=sorted), seconds or LIFE_S

    def pseudonym(self, text: str) -> str:
        return f"pseudonym of {len(text)} characters"

    def verify(self, token: str) -> Principal:
        try:
            claims = json.loads(token)
            scopes = None if claims["scopes"] is None else frozenset(claims["scopes"])
            return Principal(**{**claims, "role": Role(claims["role"]), "scopes": scopes})
        except (ValueError, TypeError, KeyError):
            raise UnauthenticatedError("The token is not valid.") from None
