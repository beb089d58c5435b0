"""Requests that enter the caller's line at a moment: schedule, list, show and delete them."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment, optional_moment
from chalicelib.api.permissions import CONTROL, ENQUEUE, READ
from chalicelib.api.queueing import scheduled_body
from chalicelib.api.queueing.enqueue import GivenKey, charge_service, reader, require_types
from chalicelib.api.queueing.parameters import Limit
from chalicelib.api.queueing.request_views import FollowsAnswer, ShownCallback
from chalicelib.api.queueing.scheduled_body import ScheduledOrder
from chalicelib.container import Container
from chalicelib.core.errors import NotFoundError, TooManyError
from chalicelib.core.identity.account import Principal
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.scheduling import Scheduled
from chalicelib.web.call import Call
from chalicelib.web.routes import Routes

routes = Routes("Queue")

type Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{15}-[0-9a-f]{18}\Z")]
type After = Annotated[
    str,
    msgspec.Meta(pattern=r"^([0-9]{15}-[0-9a-f]{18})?\Z", description="The id before the first wanted one"),
]


class ScheduledAnswer(msgspec.Struct):
    """A scheduled request without its payload."""

    id: str
    type: str
    enter_at: Moment
    seq: (
        Annotated[int, msgspec.Meta(ge=1, description="Its number, once it has entered the line; else null")]
        | None
    )
    not_before: Moment | None
    max_attempts: Annotated[int, msgspec.Meta(ge=1, description="Null: the handler's default")] | None
    on_failure: (
        Annotated[Literal["skip", "halt"], msgspec.Meta(description="Null: the handler's default")] | None
    )
    follows: FollowsAnswer | None
    callback: ShownCallback | None


class ScheduledDetailAnswer(ScheduledAnswer):
    """A scheduled request with its payload."""

    payload: msgspec.Raw


class ScheduledPageAnswer(msgspec.Struct):
    scheduled: Annotated[
        list[ScheduledAnswer],
        msgspec.Meta(description="By the moment at which they enter; empty if there are no more"),
    ]
    next: Annotated[str, msgspec.Meta(description="The `after` of the next call")]


@routes.endpoint(
    "POST",
    "/api/queue/scheduled",
    "Send one request that enters the line at a moment",
    status=HTTPStatus.ACCEPTED,
    raises=(TooManyError,),
    headers=("Location", "Idempotency-Replayed"),
    permission=ENQUEUE,
)
def schedule(
    container: Container,
    call: Call,
    principal: Principal,
    body: ScheduledOrder,
    idempotency_key: GivenKey = None,
) -> ScheduledAnswer:
    work, enter_at = scheduled_body.read(reader(container), body)
    require_types(principal, [work])
    charge_service(container, principal, 1)
    key = scheduled_body.idempotency_key(idempotency_key, work, enter_at)
    scheduled = container.queueing.scheduling.schedule(
        principal.user_id, principal.session_id, work, enter_at, key
    )
    if scheduled.replayed:
        call.headers["Idempotency-Replayed"] = "true"
    call.headers["Location"] = _address(scheduled)
    return ScheduledAnswer(**_members(scheduled.entry, scheduled.seq))


@routes.endpoint(
    "GET",
    "/api/queue/scheduled",
    "List scheduled requests by the moment at which they enter, without payloads",
    permission=READ,
)
def list_scheduled(
    container: Container, principal: Principal, after: After = "", limit: Limit = 50
) -> ScheduledPageAnswer:
    found = container.queueing.scheduling.page(principal.user_id, principal.session_id, after, limit)
    return ScheduledPageAnswer(
        [ScheduledAnswer(**_members(entry)) for entry in found], found[-1].id if found else after
    )


@routes.endpoint(
    "GET", "/api/queue/scheduled/{id}", "Show one scheduled request", raises=(NotFoundError,), permission=READ
)
def show_scheduled(container: Container, principal: Principal, id: Id) -> ScheduledDetailAnswer:  # noqa: A002
    entry = container.queueing.scheduling.show(principal.user_id, principal.session_id, id)
    return scheduled_detail_view(entry)


@routes.endpoint(
    "DELETE",
    "/api/queue/scheduled/{id}",
    "Delete a scheduled request, which then never enters the line",
    status=HTTPStatus.NO_CONTENT,
    raises=(NotFoundError,),
    permission=CONTROL,
)
def delete_scheduled(container: Container, principal: Principal, id: Id) -> None:  # noqa: A002
    container.queueing.scheduling.delete(principal.user_id, principal.session_id, id)


def scheduled_detail_view(entry: Entry) -> ScheduledDetailAnswer:
    return ScheduledDetailAnswer(**_members(entry), payload=msgspec.Raw(entry.payload.encode()))


def _address(scheduled: Scheduled) -> str:
    """Where it is shown: relative to the call's path, because the prefix of a stage is unknown here."""
    if scheduled.seq is None:
        return f"scheduled/{scheduled.entry.id}"
    return f"requests/{scheduled.seq}"


def _members(entry: Entry, seq: int | None = None) -> dict[str, Any]:
    return {
        "id": entry.id,
        "type": entry.type,
        "enter_at": iso(entry.enter_at),
        "seq": seq,
        "not_before": optional_moment(entry.not_before),
        "max_attempts": entry.max_attempts,
        "on_failure": entry.on_failure,
        "follows": FollowsAnswer.of(entry.follows),
        "callback": entry.callback,
    }
