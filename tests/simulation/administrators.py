"""What administrators do to users' queues and accounts."""

from collections.abc import Callable

from chalicelib.core.identity.account import Principal, Role
from chalicelib.core.identity.administration import Administration

ROOT = Principal("root", "root", "session of root", Role.ADMIN)

type Deed = Callable[[Administration, str, int], object]

# By kind of call. A username is the user's id; the number is that of the head of the line.
DEEDS: dict[str, Deed] = {
    "admin_pause": lambda administration, user, _: administration.pause(ROOT, user),
    "admin_resume": lambda administration, user, _: administration.resume(ROOT, user),
    "admin_purge": lambda administration, user, _: administration.purge(ROOT, user),
    "admin_retry": lambda administration, user, seq: administration.retry(ROOT, user, seq),
    "admin_skip": lambda administration, user, seq: administration.skip(ROOT, user, seq),
    "admin_stop": lambda administration, user, seq: administration.stop(ROOT, user, seq),
    "admin_disable": lambda administration, user, _: administration.disable(ROOT, user),
    "admin_enable": lambda administration, user, _: administration.enable(ROOT, user),
}


class TrustedAdministration(Administration):
    """Who comes in is an administrator: unit tests have who is not."""

    def require_admin(self, admin: Principal) -> None:
        return
