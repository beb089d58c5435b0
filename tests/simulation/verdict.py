"""What must hold of a history as a whole: what users were told against what was done."""

from collections.abc import Iterable
from itertools import combinations

from chalicelib.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    TooManyError,
    UnauthenticatedError,
)
from chalicelib.core.queueing.enqueue import Accepted
from chalicelib.core.queueing.request import Request, Status
from tests.simulation.barring import check_barred
from tests.simulation.entry_verdict import check_entries
from tests.simulation.history import Violation
from tests.simulation.large import check_handed_out, check_result, payload_of
from tests.simulation.records import Call, User
from tests.simulation.services import check_admitted
from tests.simulation.slots import check_answer
from tests.simulation.stops import check_stopped
from tests.simulation.world import World

REFUSALS = (TooManyError, UnauthenticatedError, ForbiddenError, InvalidInputError, ConflictError)
CONNECTED = ("sign_in", "enqueue", "batch", "keyed", "pause", "purge")  # what only the connected can do


def judge(world: World) -> None:
    """Raises Violation."""
    gone = {user.id for user in world.users if world.calls.is_gone(user)}
    _check_gone(world, gone)
    check_entries(world)
    _check_notes(world, gone)
    if world.callbacks:
        world.callbacks.invariants.check_all(world, gone)
    for call in (call for call in world.calls.made if call.user_id not in gone):
        check_admitted(call)
        if call.kind in ("enqueue", "batch", "keyed"):
            _check_sent(world, call)
            check_answer(world, call)
        elif call.kind == "dequeue":
            _check_read(world, call)
        elif call.kind == "mark_read" and call.worked:
            _require(call.answer.read >= call.asked, call, "did not move `read`")
        elif call.kind in ("stop", "admin_stop") and call.worked:
            check_stopped(world, call)
        elif call.kind == "cancel" and call.worked:
            _require(call.answer.status is Status.CANCELLED, call, "was not cancelled")
    for user in world.everybody:
        world.invariants.check(user.id, "nobody")
        mine = [call for call in world.calls.made if call.user_id == user.id]
        _check_order(call for call in mine if isinstance(call.answer, Accepted) and not call.answer.replayed)
        _check_read_order([call for call in mine if call.kind == "dequeue" and call.answer])
        _check_sessions(mine)
        _check_disabled(mine)
        check_barred(world, user)
        if user.id not in gone and user.id in world.store.tables.queues:
            _check_reader(world, user)


def _check_notes(world: World, gone: set[str]) -> None:
    if world.faultless and world.executions.steps:
        world.executions.steps.check_left(gone)
    if world.executions.emitters:
        world.executions.emitters.check_all(gone)


def _check_gone(world: World, gone: set[str]) -> None:
    """Of deleted accounts nothing is left, and of names that are used again what was accepted since."""
    if world.removals:
        world.removals.check()
    kept = {
        *world.store.tables.queues,
        *(id_ for id_, requests in world.store.tables.requests.items() if requests),
    }
    kept |= {user_id for user_id, entries in world.store.tables.entries.items() if entries}
    kept |= {
        user_id
        for user_id, _ in (*world.store.tables.keys, *world.store.tables.texts, *world.store.tables.slots)
    }
    if left := gone & kept:
        raise Violation(f"something is left of {left}, whose account was deleted")
    owners = {name: account.user_id for name, account in world.accounts.accounts.items()}
    for user in world.users:
        if (owners.get(user.id) == user.id) is (user.id in gone):
            raise Violation(f"the account of {user.id} was {'kept' if user.id in gone else 'removed'}")
    for call in world.calls.made:
        if call.kind == "take_name" and call.worked:
            _require(
                owners.get(call.user_id) == call.answer.user_id, call, "a stranger's account was removed"
            )


def _check_sent(world: World, call: Call) -> None:
    """Accepted once, all or none, under consecutive numbers, with an outcome; or not at all."""
    stored = _stored(world, call)
    _require(len(stored) in (0, len(call.asked)), call, f"stored {len(stored)} of {len(call.asked)} requests")
    if call.worked:
        told = [request.seq for request in call.answer.requests]
        _require(
            told == [r.seq for r in stored], call, f"was told {told} but stored {[r.seq for r in stored]}"
        )
        _require(told == list(range(told[0], told[0] + len(told))), call, "numbers are not consecutive")
    elif call.kind != "keyed" and isinstance(call.error, REFUSALS):
        _require(not stored, call, "was refused and yet stored")
    for request in stored:
        _require(request.settled, call, f"{request.seq} has no outcome")
        if request.status is Status.SUCCEEDED:
            check_result(world.store.tables, request)
        _check_started(world, call, request)
        crashed = request.error is not None and request.error.kind == "crash"
        innocent = crashed and world.faultless and not world.executions.has_crashed(request)
        _require(not innocent, call, f"{request.seq} is told to have crashed its worker")


def _check_started(world: World, call: Call, request: Request) -> None:
    """What its handler got is what was sent."""
    sent, place = payload_of(world.store.tables, request), (request.user_id, request.seq)
    for execution in world.executions.all:
        other = execution.attempt[:2] == place and execution.request.payload != sent
        _require(not other, call, f"{request.seq} was started with the payload of another request")


def _stored(world: World, call: Call) -> list[Request]:
    forgotten = [request for request in world.forgotten if request.user_id == call.user_id]
    requests = [*world.store.tables.requests.get(call.user_id, {}).values(), *forgotten]
    mine = [
        r
        for r in requests
        if r.status is not Status.VOID
        and r.origin is None
        and payload_of(world.store.tables, r) in call.asked
    ]
    return sorted(mine, key=lambda request: request.seq)


def _check_read(world: World, call: Call) -> None:
    """What the call has moved `read` past is what it hands out."""
    moved = [
        seq
        for (user_id, seq), actor in world.invariants.reads.items()
        if actor == call.name and user_id == call.user_id
    ]
    if call.worked:
        taken: list[Request] = call.answer or []
        handed_out = [request.seq for request in taken]
        lost = [seq for seq in moved if seq not in handed_out and not _was_overtaken(world, call, seq)]
        _require(not lost and set(handed_out[-1:]) <= set(moved), call, f"read {moved}")
        _require(handed_out == sorted(set(handed_out)), call, f"handed out {handed_out}")
        _require(not _skipped(world, call, handed_out), call, "stepped over an outcome")
        _require(all(request.settled for request in taken), call, "handed out what has no outcome")
        for request in taken:
            if request.status is Status.SUCCEEDED:
                check_handed_out(request)


def _skipped(world: World, call: Call, handed_out: list[int]) -> list[int]:
    """Numbers of outcomes between those that were handed out together."""
    kept = world.store.tables.requests.get(call.user_id, {})
    between = range(handed_out[0], handed_out[-1]) if handed_out else ()
    there = (seq for seq in between if seq in kept and kept[seq].status is not Status.VOID)
    return [seq for seq in there if seq not in handed_out]


def _check_reader(world: World, user: User) -> None:
    """It has seen every outcome once and in order, but for what was deleted or has expired before it came."""
    seen, floor = user.reader.seen, world.store.tables.queues[user.id].floor
    _require(seen == sorted(set(seen)), None, f"{user.id} read {seen}")
    kept = world.store.tables.requests.get(user.id, {}).values()
    lost = {r.seq for r in kept if r.status is not Status.VOID and r.seq > floor} - {*seen}
    _require(not lost, None, f"{user.id} never saw the outcomes of {lost}")


def _was_overtaken(world: World, call: Call, seq: int) -> bool:
    """Whether others read on while the answer about `seq` was lost: then it cannot know that it was first."""
    return any(
        user_id == call.user_id and read > seq and actor != call.name
        for (user_id, read), actor in world.invariants.reads.items()
    )


def _check_order(accepted: Iterable[Call]) -> None:
    """Who was answered before another asked has the lower numbers."""
    for one, other in combinations(accepted, 2):
        first, second = sorted((one, other), key=lambda call: call.started)
        if (first.ended or 0) < second.started:
            _require(
                first.answer.requests[-1].seq < second.answer.requests[0].seq,
                second,
                f"is before {first.name}",
            )


def _check_read_order(dequeued: list[Call]) -> None:
    seqs = [request.seq for call in dequeued for request in call.answer]
    _require(
        len(set(seqs)) == len(seqs), dequeued[0] if dequeued else None, "an outcome was handed out twice"
    )
    for one, other in combinations(dequeued, 2):
        first, second = sorted((one, other), key=lambda call: call.started)
        if (first.ended or 0) < second.started:
            _require(first.answer[-1].seq < second.answer[0].seq, second, f"is before {first.name}")


def _check_sessions(calls: list[Call]) -> None:
    """Once a sign-out is answered, nothing is accepted from that session any more."""
    for out in calls:
        if out.kind == "sign_out" and out.worked:
            for call in calls:
                late = call.session_id == out.session_id and call.started > (out.ended or 0)
                if late and call.worked and call.kind in ("enqueue", "batch", "keyed", "pause", "purge"):
                    raise Violation(f"{call.name} was accepted after {out.name}")


def _check_disabled(calls: list[Call]) -> None:
    """Once it is answered that an account is disabled, nothing is accepted until somebody enables it."""
    enabled = [call.started for call in calls if call.kind in ("admin_enable", "admin_unblock")]
    disabling = ("admin_disable", "admin_block")
    for disabled in (call for call in calls if call.kind in disabling and call.worked):
        for call in calls:
            late = call.worked and call.started > (disabled.ended or 0)
            if late and call.kind in CONNECTED and not any(at < (call.ended or 0) for at in enabled):
                raise Violation(f"{call.name} was accepted after {disabled.name}")


def _require(condition: bool, call: Call | None, violation: str) -> None:
    if not condition:
        raise Violation(f"{call.name}: {violation}" if call else violation)
