"""The same call sent again is the same request."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# Changes when the form below does, so that a later release can tell which form a stored fingerprint has.
FORM = "1"
# Before each number. A JSON text that was accepted has no half of a surrogate pair, so that no string of a
# caller's looks like a marked number.
NUMBER = "\ud800"


class IdempotencyKey(NamedTuple):
    """The key that a caller sent, and what the call asks for. Keys belong to a user."""

    key: str
    fingerprint: str  # of what the call asks for; a different one under the same key is refused


class KeyRecord(NamedTuple):
    """What was accepted under a key: the requests from number `first` to number `last`.

    Or an entry, which both numbers belong to once it has entered the line; until then they are 0.
    """

    fingerprint: str
    first: int
    last: int
    entry: str | None = None  # the entry's id

    def expiry_notice(self, kept: Sequence[int]) -> str:
        """Why a repeated call gets no answer, if only these numbers of it are still there."""
        several = self.first != self.last
        accepted = f"requests {self.first} to {self.last}" if several else f"request {self.first}"
        still = ", ".join(str(seq) for seq in kept)
        left = f"Only {still} can still be read" if kept else "None of it can be read now"
        return (
            f"This Idempotency-Key was accepted as {accepted}. {left}: outcomes are not kept for ever. "
            "Use a new key to send it again."
        )


def fingerprint(asked: Sequence[Mapping[str, Any]]) -> str:
    """The fingerprint of a call. `asked` has a mapping for each request, with its payload as JSON text.

    Calls that ask for the same have the same fingerprint. White space, the order of members and escapes in
    the payload do not count. A member that is None counts as one that was not given, so a release may add
    members. Numbers count as they are written, because no common number type holds all of them exactly.

    >>> one = fingerprint([{"type": "echo", "payload": '{"a": 1, "b": 2}', "not_before": None}])
    >>> one == fingerprint([{"type": "echo", "payload": '{"b":2,"a":1}'}])
    True
    >>> one == fingerprint([{"type": "echo", "payload": '{"b":2,"a":1.0}'}])
    False
    """
    requests = [{name: value for name, value in each.items() if value is not None} for each in asked]
    for request in requests:
        request["payload"] = _with_numbers_as_written(request["payload"])
    text = json.dumps(requests, sort_keys=True, separators=(",", ":"))
    return f"{FORM}:{hashlib.sha256(text.encode()).hexdigest()}"


def _with_numbers_as_written(text: str) -> Any:
    return json.loads(text, parse_int=NUMBER.__add__, parse_float=NUMBER.__add__)
