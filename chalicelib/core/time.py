"""Moments, and the clock that tells them."""

from typing import Protocol

type Millis = int
"""A moment: milliseconds since 1970-01-01 UTC. Durations in milliseconds are spelled `…_ms: int`."""


class Clock(Protocol):
    def now(self) -> Millis: ...
    def sleep(self, seconds: float) -> None: ...
