"""The events of a request: its progress and its output, also while it runs."""

import json
from collections.abc import Callable
from typing import Annotated, Literal

import msgspec

from chalicelib.adapters.json.codec import encode
from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment
from chalicelib.api.permissions import READ
from chalicelib.api.queueing.answer_size import ANSWER_LIMIT
from chalicelib.api.queueing.parameters import HIGHEST, Seq, Wait
from chalicelib.container import Container
from chalicelib.core.errors import NotFoundError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.events import LAST, Event
from chalicelib.web.routes import Routes

routes = Routes("Queue")

type After = Annotated[
    int, msgspec.Meta(ge=0, le=HIGHEST, description="The number of the last event that you have seen")
]


class EventAnswer(msgspec.Struct):
    n: Annotated[int, msgspec.Meta(ge=1, description="1, 2, 3 … within the request, without gaps")]
    at: Moment
    attempt: Annotated[int, msgspec.Meta(ge=1)]
    kind: Literal["progress", "output"]
    data: Annotated[
        msgspec.Raw,
        msgspec.Meta(description="As the handler emitted it; of a progress `fraction` and `message`"),
    ]


class EventsAnswer(msgspec.Struct):
    events: list[EventAnswer]
    ended: Annotated[
        bool, msgspec.Meta(description="Whether the request has ended and these are the last events")
    ]
    next: Annotated[int, msgspec.Meta(ge=0, description="The `after` of the next call")]


@routes.endpoint(
    "GET",
    "/api/queue/requests/{seq}/events",
    "List the events of a request in order; changes nothing and may be repeated",
    raises=(NotFoundError,),
    permission=READ,
)
def list_events(
    container: Container, principal: Principal, seq: Seq, after: After = 0, wait: Wait = 0
) -> EventsAnswer:
    place = min(after, int(LAST))
    caller = principal.user_id, principal.session_id
    page = container.queueing.events(*caller, seq, place, fits_one_answer(), wait)
    events = [event_view(event) for event in page.events]
    return EventsAnswer(events, page.ended, max(after, page.after))


def event_view(event: Event) -> EventAnswer:
    data = msgspec.Raw(event.data.encode(errors="replace"))
    return EventAnswer(event.n, iso(event.at), event.attempt, event.kind.value, data)


def fits_one_answer() -> Callable[[Event], bool]:
    """Whether one more event fits into one answer; for one use."""
    room = ANSWER_LIMIT

    def fits(event: Event) -> bool:
        nonlocal room
        room -= len(json.dumps(encode(event_view(event))))  # as Lambda's answer contains it
        return room >= 0

    return fits
