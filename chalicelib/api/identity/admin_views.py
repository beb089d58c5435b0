"""What administrators see, as JSON."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from chalicelib.adapters.runtime.logs import iso
from chalicelib.api.moments import Moment
from chalicelib.api.queueing.measures import Number, Seconds
from chalicelib.api.queueing.queue_view import CallbacksOwedAnswer, CountsAnswer, HeldAnswer
from chalicelib.core.queueing.queue import Queue, State

if TYPE_CHECKING:
    from chalicelib.core.identity.administration import Stats
    from chalicelib.core.identity.audit import Entry


class UserQueueAnswer(msgspec.Struct):
    user_id: str
    username: str
    state: Literal["open", "paused", "halted", "held", "closed"]
    paused_by: Annotated[
        Literal["user", "administrator"] | None,
        msgspec.Meta(description="Who paused the queue. A closed, halted or held queue keeps its pause"),
    ]
    halted_by: Annotated[int, msgspec.Meta(ge=1, description="The request that halts the queue")] | None
    held: HeldAnswer | None
    callbacks: Annotated[CallbacksOwedAnswer, msgspec.Meta(description="Null if none is owed")] | None
    tail: Number
    head: Number
    read: Number
    depth: Number
    sessions: Number
    counts: CountsAnswer
    average_seconds: Seconds
    moved_at: Moment
    barred: bool
    leaving: bool


class QueuesAnswer(msgspec.Struct):
    queues: list[UserQueueAnswer]
    next: Annotated[str, msgspec.Meta(description="The `after` of the next call")] | None


class StatesAnswer(msgspec.Struct):
    open: Number
    paused: Number
    halted: Number
    held: Number
    closed: Number


class StatsAnswer(msgspec.Struct):
    queues: StatesAnswer
    users_with_work: Number
    waiting: Number
    counts: CountsAnswer
    sessions: Number
    complete: bool


class StandingAnswer(msgspec.Struct):
    user_id: str
    username: str
    disabled: bool


class EntryAnswer(msgspec.Struct):
    entry_id: str
    at: Moment
    actor: str
    action: Annotated[
        str,
        msgspec.Meta(
            description="If it was refused, an entry `refused: …` follows; `unfinished: …`, if it may "
            "have been done, as a whole or in part"
        ),
    ]
    subject: str
    actor_id: str
    subject_id: str


class AuditAnswer(msgspec.Struct):
    entries: list[EntryAnswer]
    next: Annotated[str, msgspec.Meta(description="The `before` of the next call")] | None


def user_queue_view(queue: Queue) -> UserQueueAnswer:
    return UserQueueAnswer(
        user_id=queue.user_id,
        username=queue.username,
        state=queue.state.value,
        paused_by=queue.paused_by.value if queue.paused_by else None,
        halted_by=queue.head + 1 if queue.state is State.HALTED else None,
        held=HeldAnswer.of(queue),
        callbacks=CallbacksOwedAnswer.of(queue),
        tail=queue.tail,
        head=queue.head,
        read=queue.read,
        depth=queue.depth,
        sessions=0 if queue.deleted_at is not None else len(queue.sessions),
        counts=CountsAnswer.of(queue.counts),
        average_seconds=round(queue.average_ms / 1000, 6),
        moved_at=iso(queue.moved_at),
        barred=queue.blocked,
        leaving=queue.deleted_at is not None,
    )


def stats_view(stats: "Stats") -> StatsAnswer:
    return StatsAnswer(
        queues=StatesAnswer(*(stats.queues.get(state, 0) for state in StatesAnswer.__struct_fields__)),
        users_with_work=stats.users_with_work,
        waiting=stats.waiting,
        counts=CountsAnswer.of(stats.counts),
        sessions=stats.sessions,
        complete=stats.complete,
    )


def entry_view(entry: "Entry") -> EntryAnswer:
    return EntryAnswer(
        entry.entry_id,
        iso(entry.at),
        entry.actor,
        entry.action,
        entry.subject,
        entry.actor_id,
        entry.subject_id,
    )
