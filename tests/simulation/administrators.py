"""What administrators do to users' queues and accounts."""

from collections.abc import Callable

from chalicelib.core.identity.account import Principal, Role
from chalicelib.core.identity.administration import Administration

ROOT = Principal("root", "root", "session of root", Role.ADMIN)

type Deed = Callable[[Administration, str, int], object]

# By kind of call. A username is the user's id; the number is that of the head of the line.
DEEDS: dict[str, Deed] = {
    "admin_pause": lambda office, user, _: office.pause(ROOT, user),
    "admin_resume": lambda office, user, _: office.resume(ROOT, user),
    "admin_purge": lambda office, user, _: office.purge(ROOT, user),
    "admin_retry": lambda office, user, seq: office.retry(ROOT, user, seq),
    "admin_skip": lambda office, user, seq: office.skip(ROOT, user, seq),
    "admin_disable": lambda office, user, _: office.disable(ROOT, user),
    "admin_enable": lambda office, user, _: office.enable(ROOT, user),
}


class Office(Administration):
    """Who comes in is an administrator: unit tests have who is not."""

    def _require_admin(self, admin: Principal) -> None:
        return
