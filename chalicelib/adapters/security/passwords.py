"""Argon2id, as PHC strings."""

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from chalicelib.core.identity.passwords import normalised

# OWASP Password Storage Cheat Sheet (2026): 19 MiB, two passes, one lane; 22 ms of a full core.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
COMMON = Path(__file__).parent / "common_passwords.txt"


class Argon2Passwords:
    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        return self._hasher.hash(normalised(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobodys_hash(), normalised(password))
        except VerifyMismatchError:
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)

    def is_common(self, password: str) -> bool:
        return normalised(password).casefold() in _common()

    def _nobodys_hash(self) -> str:
        """So that an unknown user takes as long as a wrong password."""
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody has this password")
        return self._nobody


@cache
def _common() -> frozenset[str]:
    return frozenset(line for line in COMMON.read_text().splitlines() if not line.startswith("# "))
