"""Idempotency keys, by user."""

from dataclasses import dataclass, replace

from chalicelib.core.errors import LostRaceError
from chalicelib.core.queueing.idempotency import IdempotencyKey, Known
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis


@dataclass(frozen=True, slots=True)
class Note:
    known: Known
    expires_at: Millis | None = None

    def lives(self, now: Millis) -> bool:
        return self.expires_at is None or self.expires_at > now


class MemoryKeys:
    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], Note] = {}

    def known(self, user_id: str, key: str, now: Millis) -> Known | None:
        note = self.keys.get((user_id, key))
        return note.known if note and note.lives(now) else None

    def _expire_key(self, request: Request, expires_at: Millis) -> None:
        note = self.keys.get((request.user_id, request.key or ""))
        if note and note.known.first <= request.seq:
            self.keys[request.user_id, request.key or ""] = replace(note, expires_at=expires_at)

    def forget_keys(self, user_id: str) -> None:
        self.keys = {place: note for place, note in self.keys.items() if place[0] != user_id}

    def _note(self, first: Request, key: IdempotencyKey, last: int) -> None:
        if self.known(first.user_id, key.key, first.enqueued_at):
            raise LostRaceError
        self.keys[first.user_id, key.key] = Note(Known(key.fingerprint, first.seq, last))
