"""Large payloads and results: items of their own, so that a change of status costs the same for all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.retention import KEPT_MS
from chalicelib.core.time import Millis

DAY_MS = 24 * 3_600_000
SPARE_MS = 10 * DAY_MS  # how much longer a payload is kept than a request that ends at once
SCARCE_MS = 5 * DAY_MS  # a request with less than that left must not wait on like this
READ_BYTES = 1024 * 1024  # of results read in one call; a page of requests holds no more than that

TOO_LARGE = "The payload or the result could not be written: it is too large."
PAYLOAD = 0  # in place of the number of an attempt, which is 1 or more


class TextKey(NamedTuple):
    """Which text of a user it is."""

    seq: int
    attempt: int  # whose result it is; PAYLOAD for the payload


class LargeText(NamedTuple):
    """A payload or a result as an item of its own. It is never changed, only kept longer."""

    key: TextKey
    text: str
    expires_at: Millis


class TextStore(Protocol):
    """Large payloads and results. Every method raises UnavailableError if the store does not answer."""

    def write_texts(self, user_id: str, texts: Sequence[LargeText]) -> None:
        """Store the texts, unconditionally: nobody else writes under these keys. It may be repeated.

        Some of them may be stored if it fails. Raises EffectRefusedError if one is too large to be stored.
        """
        ...

    def read_texts(self, user_id: str, keys: Sequence[TextKey]) -> Mapping[TextKey, str]:
        """The texts that are stored under these keys."""
        ...

    def keep_text(self, user_id: str, key: TextKey, until: Millis) -> None:
        """Let a text expire later. Condition: it is stored. Raises LostRaceError."""
        ...

    def note_payload_kept(self, request: Request, until: Millis) -> None:
        """Note on the request until when its payload is kept. Condition: that is as `request` has it.

        Raises LostRaceError.
        """
        ...


def payload_of(request: Request) -> LargeText:
    """The text of a request with a large payload, as it is written."""
    return LargeText(TextKey(request.seq, PAYLOAD), request.payload, request.payload_until or 0)


def result_of(running: Request, result: str, now: Millis) -> LargeText:
    """The text of a large result of this attempt.

    No other attempt has its number, so one that was given up cannot replace the result that counts. It is
    kept for a day longer than its request.
    """
    return LargeText(TextKey(running.seq, running.attempts), result, now + running.retention_ms + DAY_MS)


def kept_until(moment: Millis, kept_ms: Millis = KEPT_MS) -> Millis:
    """Until when to keep a payload whose turn comes at that moment; in whole seconds, as stores have it.

    `kept_ms`: how long its request is kept after its outcome.
    """
    return -(-(moment + kept_ms + SPARE_MS) // 1000) * 1000


def is_scarce(request: Request, now: Millis) -> bool:
    """Whether the payload of a request that waits must be kept for longer."""
    return request.payload_until is not None and expires_soon(
        request.payload_until, now, request.retention_ms
    )


def expires_soon(expires_at: Millis, now: Millis, kept_ms: Millis = KEPT_MS) -> bool:
    """Whether what a request that waits needs must be kept for longer."""
    return expires_at < now + kept_ms + SCARCE_MS


def with_payload(store: TextStore, request: Request) -> Request | None:
    """The request with its payload, which is read if it is apart; None if it is gone.

    What was uploaded is not read here, see uploaded.py.
    """
    if not request.payload_bytes or request.payload or request.upload:
        return request
    key = TextKey(request.seq, PAYLOAD)
    text = store.read_texts(request.user_id, [key]).get(key)
    return None if text is None else replace(request, payload=text)


def with_results(store: TextStore, requests: Iterable[Request]) -> Iterator[Request]:
    """The requests with their results. Those that are apart are read as they are needed, several at once."""
    for some in _groups(requests):
        keys = {r.seq: TextKey(r.seq, r.attempts) for r in some if r.result_bytes and r.result is None}
        texts = store.read_texts(some[0].user_id, list(keys.values())) if keys else {}
        for request in some:
            key = keys.get(request.seq)
            yield replace(request, result=texts.get(key)) if key else request


def _groups(requests: Iterable[Request]) -> Iterator[list[Request]]:
    """In order, each with READ_BYTES of results that are apart at most, or with one such result."""
    group, size = list[Request](), 0
    for request in requests:
        if group and size + request.result_bytes > READ_BYTES:
            yield group
            group, size = [], 0
        group.append(request)
        size += request.result_bytes
    if group:
        yield group
