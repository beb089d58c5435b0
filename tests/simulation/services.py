"""Users whom others name: without account and session; their queues open by themselves."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from chalicelib.core.errors import NotFoundError
from chalicelib.core.queueing.access import OIDC_USER, needs_session, service_access
from chalicelib.core.queueing.queue import Queue, State
from chalicelib.core.queueing.sweep import IDLE_MS
from tests.simulation.administrators import DEEDS, Deed
from tests.simulation.entries import NAME, is_account
from tests.simulation.history import Violation
from tests.simulation.kinds import CONTROLLING, READING, SENDING
from tests.simulation.records import Call, User

if TYPE_CHECKING:
    from chalicelib.core.time import Millis
    from tests.simulation.world import World

SERVED = (6, 7)  # of eight histories, those with such users; all others are as they were
NAMES = (NAME, f"{NAME}-2")  # handlers enqueue for the first one too
KEYS = (service_access("k1"), OIDC_USER)  # a service, and the users themselves by an identity provider
SENT = frozenset({"enqueue", "batch", "keyed"})
STANDING = (State.HALTED, State.HELD)

# By kind of call, like DEEDS: a name has no account that could be disabled.
BLOCKING: dict[str, Deed] = {
    "admin_block": lambda administration, user, _: administration.connections.block(
        user, administration.clock.now()
    ),
    "admin_unblock": lambda administration, user, _: administration.connections.unblock(user),
}


def named_users(seed: int) -> list[User]:
    rng = Random(f"services of {seed}")
    return [User(name, list(KEYS)) for name in NAMES[: rng.randrange(1, 3)]] if seed % 8 in SERVED else []


def draw_idle_ms(seed: int) -> Millis:
    """How long the queue of a name stays open: mostly shorter than it does, so that it closes at any time."""
    return Random(f"idle for {seed}").choice((0, 200, 2_000, IDLE_MS))


def draw_kinds(rng: Random, controlled: bool) -> list[str]:
    """What is done for one of them: always something to send."""
    others = READING * 2 + (CONTROLLING if controlled else ())
    if controlled and rng.random() < 0.5:
        others += (*BLOCKING, *(kind for kind in DEEDS if kind not in ("admin_disable", "admin_enable")))
    sends = [rng.choice(SENDING) for _ in range(rng.randrange(1, 8))]
    return sends + [rng.choice(others) for _ in range(rng.randrange(8))]


def serve(world: World, lasts: int, *, controlled: bool) -> None:
    """Let services make their calls, and let the sweeper come by more often: it closes what they open."""
    for user in world.named:
        for kind in (*draw_kinds(world.rng, controlled), *world.entries.kinds()):
            world.calls.make(user, kind, after=world.rng.randrange(lasts))
    for _ in range(0 if world.faultless or not world.named else 5):
        world.scheduler.after(world.rng.randrange(lasts), world.sweeper.once)


def is_opened_for_service(before: Queue, queue: Queue, actor: str) -> bool:
    """Whether this is what a service may do to a closed queue. Its first number comes afterwards."""
    admitted = not queue.blocked and queue.deleted_at is None
    sends = _kind(actor) in (*SENT, "retry")  # a retry of what has failed is a new request
    return admitted and sends and not is_account(queue.user_id) and queue.tail == before.tail


def check_opening(before: Queue, queue: Queue, actor: str) -> None:
    """What stands until somebody decides is opened by no request. Raises Violation."""
    opened = before.state in STANDING and queue.state not in STANDING
    if opened and _kind(actor) in SENT:
        raise Violation(f"{actor} has opened a queue that was {before.state}")


def check_admitted(call: Call) -> None:
    """A name always has a queue for what a service sends. Raises Violation."""
    if call.kind in SENT and not needs_session(call.session_id) and isinstance(call.error, NotFoundError):
        raise Violation(f"{call.name}: was told that there is no queue")


def _kind(actor: str) -> str:
    """Of the call that this actor carries out."""
    return actor.partition("-")[0]
