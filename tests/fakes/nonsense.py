"""What handlers raise and return that makes no sense: each entry is the body of a handler."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, Never

import msgspec

from chalicelib.core.queueing.policy import HandlerError, PermanentError, RetryLaterError

type Act = Callable[[], Any]
HALF = "\ud83d"  # half of a surrogate pair: UTF-8 cannot express it

# Only the first three make sense, and the last of them means at once.
DELAYS: dict[str, Any] = {
    "seconds": 1.5,
    "timedelta": timedelta(seconds=1),
    "negative": -5,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "minus infinity": float("-inf"),
    "None": None,
    "text": "3",
    "a moment in milliseconds": 1_795_000_000_000,
    "more than a year": timedelta(days=400),
    "huge": 1e300,
    "an integer without end": 10**400,
    "decimal NaN": Decimal("NaN"),
    "signalling NaN": Decimal("sNaN"),
    "complex": 1j,
}


class BrokenTextError(HandlerError):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class NoTextError(PermanentError):
    def __str__(self) -> str:
        return None  # type: ignore[return-value]  # noqa: PLE0307


class BrokenError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class UnmadeRetryError(RetryLaterError):
    def __init__(self) -> None:
        """Without the base class's own."""


class BrokenName(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError("no name")


class NamelessError(Exception, metaclass=BrokenName):
    pass


def later(after: Any) -> Act:
    def act() -> Never:
        raise RetryLaterError("Not now.", after=after)

    return act


def changed_later(after: Any) -> Act:
    """Past the check of the constructor."""

    def act() -> Never:
        error = RetryLaterError("Not now.", after=1)
        error.after = after
        raise error

    return act


def raises(make: Callable[[], BaseException]) -> Act:
    def act() -> Never:
        raise make()

    return act


def in_an_except_clause() -> Never:
    try:
        raise BrokenTextError
    except HandlerError as error:
        raise ValueError(HALF) from error


def circular() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def deep() -> list[Any]:
    found: list[Any] = []
    for _ in range(100_000):
        found = [found]
    return found


RAISED: dict[str, Act] = {
    "half a surrogate pair": raises(lambda: HandlerError(f"file {HALF} not found")),
    "half a surrogate pair, for good": raises(lambda: PermanentError(HALF)),
    "a megabyte": raises(lambda: HandlerError("é" * 1_000_000)),
    "a null byte": raises(lambda: HandlerError("a\x00b")),
    "bytes": raises(lambda: HandlerError(b"\xff\xfe")),
    "no text": raises(PermanentError),
    "a text that raises": raises(BrokenTextError),
    "a text that is None": raises(NoTextError),
    "another error's text that raises": raises(BrokenError),
    "a delay that was never set": raises(UnmadeRetryError),
    "a class without a name": raises(NamelessError),
    "a class whose name is long": raises(type("E" * 1_000_000, (HandlerError,), {})),
    "a group": raises(lambda: BaseExceptionGroup("several", [HandlerError("a"), SystemExit()])),
    "inside an except clause": in_an_except_clause,
    "SystemExit": raises(SystemExit),
    "KeyboardInterrupt": raises(KeyboardInterrupt),
    "GeneratorExit": raises(GeneratorExit),
    "StopIteration": raises(StopIteration),
    "CancelledError": raises(asyncio.CancelledError),
    "MemoryError": raises(MemoryError),
}

RETURNED: dict[str, Act] = {
    "NaN": lambda: {"x": [1, float("nan")]},
    "infinity": lambda: float("-inf"),
    "NaN beside raw JSON": lambda: [msgspec.Raw(b"null"), float("nan")],
    "half a surrogate pair": lambda: {"x": HALF},
    "half a surrogate pair as a name": lambda: {HALF: 1},
    "raw text that is no JSON": lambda: msgspec.Raw(b"NaN"),
    "raw half of a surrogate pair": lambda: msgspec.Raw(b'"\\ud83d"'),
    "raw bytes that are no UTF-8": lambda: [msgspec.Raw(b'"\xff"')],
    "an object": object,
    "a generator": lambda: (n for n in range(3)),
    "a coroutine": lambda: asyncio.sleep(0, float("nan")),
    "a list in itself": circular,
    "a list too deep": deep,
    "names that are none": lambda: {1: "a", None: "b"},
    "too much": lambda: "é" * 100_000,
    "an error": lambda: ValueError("returned, not raised"),
}

NONSENSE: dict[str, Act] = {
    **{f"a delay: {name}": later(after) for name, after in DELAYS.items()},
    **{
        f"a delay set later: {name}": changed_later(DELAYS[name])
        for name in ("NaN", "infinity", "None", "huge")
    },
    **{f"raised: {name}": act for name, act in RAISED.items()},
    **{f"returned: {name}": act for name, act in RETURNED.items()},
}
