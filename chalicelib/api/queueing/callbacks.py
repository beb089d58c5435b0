"""Callbacks of the caller's requests: list those that are owed or were given up, and have them made again."""

from http import HTTPStatus
from typing import Annotated

import msgspec

from chalicelib.api.moments import Moment, optional_moment
from chalicelib.api.permissions import CONTROL, READ
from chalicelib.api.queueing.measures import Number
from chalicelib.api.queueing.parameters import HIGHEST, Limit
from chalicelib.api.queueing.queue_view import QueueAnswer, queue_view
from chalicelib.container import Container
from chalicelib.core.errors import ConflictError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.callbacks import Callback
from chalicelib.web.routes import Routes

routes = Routes("Queue")

type After = Annotated[int, msgspec.Meta(ge=0, le=HIGHEST, description="The last number that you have seen")]


class CallbackAnswer(msgspec.Struct):
    """An outcome that is still to be pushed, or was given up."""

    seq: Annotated[int, msgspec.Meta(ge=1, description="The number of the request")]
    url: str
    tries: Annotated[Number, msgspec.Meta(description="How many calls have failed")]
    next: Annotated[Moment, msgspec.Meta(description="The next call; null: after those before it")] | None
    last_status: (
        Annotated[int, msgspec.Meta(description="The receiver's last answer; null: there was none")] | None
    )
    given_up_at: Annotated[Moment, msgspec.Meta(description="Null: it is still tried")] | None

    @classmethod
    def of(cls, callback: Callback) -> "CallbackAnswer":
        return cls(
            callback.seq,
            callback.url,
            callback.tries,
            optional_moment(callback.next_at),
            callback.status or None,
            optional_moment(callback.given_up_at),
        )


class CallbacksAnswer(msgspec.Struct):
    callbacks: Annotated[
        list[CallbackAnswer], msgspec.Meta(description="In order; may be empty although there are more")
    ]
    next: Annotated[
        Number,
        msgspec.Meta(description="The `after` of the next call; there are no more if it is this one's"),
    ]


class Replay(msgspec.Struct, forbid_unknown_fields=True):
    first: Annotated[
        int,
        msgspec.Meta(ge=1, le=HIGHEST, description="The first number whose outcome is to be pushed again"),
    ] = msgspec.field(name="from")


@routes.endpoint(
    "GET", "/api/queue/callbacks", "List callbacks that are owed, or were given up lately", permission=READ
)
def list_callbacks(
    container: Container, principal: Principal, after: After = 0, limit: Limit = 50
) -> CallbacksAnswer:
    callbacks, user = container.queueing.callbacks, (principal.user_id, principal.session_id)
    found, following = callbacks.page(*user, after, limit)
    return CallbacksAnswer([CallbackAnswer.of(each) for each in found], following)


@routes.endpoint(
    "POST",
    "/api/queue/callbacks/replay",
    "Push the outcomes from a number on again, as far as they are kept",
    status=HTTPStatus.ACCEPTED,
    raises=(ConflictError,),
    permission=CONTROL,
)
def replay_callbacks(container: Container, principal: Principal, body: Replay) -> QueueAnswer:
    queue = container.queueing.callbacks.replay(principal.user_id, principal.session_id, body.first)
    return queue_view(container.queueing.watch.line(queue))
