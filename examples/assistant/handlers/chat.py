"""One turn of a conversation: what the user says, and what the assistant answers."""

from contextlib import closing
from typing import Annotated

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from gurukool import Effects, HandlerError, Request, handler
from handlers.model import ModelError, StandInModel

REMEMBERED = 10  # turns that the model is told


class Turn(Model):
    user_id = UnicodeAttribute(hash_key=True)
    seq = NumberAttribute(range_key=True)  # the number of its request: turns have the order of requests
    said = UnicodeAttribute()
    answered = UnicodeAttribute()


class Say(msgspec.Struct, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class Answer(msgspec.Struct):
    text: str
    turns: int  # before this one, that the model was told


@handler("chat", timeout=300)
def chat(payload: Say, request: Request, effects: Effects) -> Answer:
    """The conversation cannot change while the model thinks: the user's next turn waits for this one.

    Whoever watches the turn reads along. After a crash the model is asked again; the turn is stored once. A
    turn that is stopped is not stored.
    """
    turns = effects.table(Turn, "turns")
    latest = turns.query(request.user_id, limit=REMEMBERED, scan_index_forward=False, consistent_read=True)
    before = [turn.said for turn in reversed(list(latest))]
    request.progress(0, "Thinking")
    model = StandInModel(request.settings.secret("model_key"), request.settings["words_per_second"])
    answered = ""
    try:
        with closing(model.answer(before, payload.text)) as pieces:
            for piece in pieces:
                request.emit(piece)  # raises Stopped when the user wants no more
                answered += piece
    except ModelError as error:
        raise HandlerError(f"The language model does not answer: {error}") from error
    effects.save(turns(request.user_id, request.seq, said=payload.text, answered=answered))
    return Answer(answered, len(before))
