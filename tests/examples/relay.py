"""A handler for the test of follow-ups, deployed beside those of the examples."""

import msgspec

from gurukool import Effects, Request, handler


class Relay(msgspec.Struct, forbid_unknown_fields=True):
    to: str  # a user
    texts: list[str]


class Note(msgspec.Struct, forbid_unknown_fields=True):
    text: str


@handler("relay")
def relay(payload: Relay, request: Request, effects: Effects) -> None:
    """Notes for another user, then one for the sender."""
    for text in payload.texts:
        effects.enqueue(payload.to, "note", Note(text))
    effects.enqueue(request.user_id, "note", Note("sent"))


@handler("note")
def note(payload: Note) -> str:
    return payload.text
