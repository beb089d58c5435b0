"""The same call sent again is the same request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What the caller sent with the call. Keys belong to a user."""

    key: str
    fingerprint: str  # of what the call asks for; another one under the same key is a mistake


@dataclass(frozen=True, slots=True)
class Known:
    """What was accepted under a key."""

    fingerprint: str
    first: int
    last: int
