"""An account that is disabled, and the queue in which its user is blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulation.history import Violation

if TYPE_CHECKING:
    from tests.simulation.records import User
    from tests.simulation.world import World

SWITCHING = ("admin_disable", "admin_enable")


def check_barred(world: World, user: User) -> None:
    """Both say the same once all calls that switch the user off and on were answered. Raises Violation."""
    calls = [call for call in world.calls.made if call.user_id == user.id and call.kind in SWITCHING]
    account, queue = world.accounts.accounts.get(user.id), world.store.tables.queues.get(user.id)
    if not calls or not all(call.worked for call in calls) or queue is None or queue.deleted_at is not None:
        return
    if account and account.user_id == user.id and account.disabled is not queue.blocked:
        raise Violation(
            f"{user.id} is {'' if account.disabled else 'not '}disabled, and the queue says otherwise"
        )
