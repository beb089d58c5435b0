"""What administrators and services did: who, what, to whom, when.

Written before it is done, so nothing goes unseen.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from chalicelib.core.errors import GurukoolError, NewerItemError, UnavailableError
from chalicelib.core.log_events import log_event
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.identity.ports import AuditTrail

# The action of the second entry about what has ended with an error begins with one of these.
REFUSED: Final = "refused: "  # it was not done
UNFINISHED: Final = "unfinished: "  # it may have been done, as a whole or in part
MAKE_KEY: Final = "make key"
REVOKE_KEY: Final = "revoke key"


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed of an administrator, or of a service that controls a queue."""

    entry_id: str  # sorts by time within a month
    at: Millis
    actor: str  # username of the administrator, or name of the service
    action: str  # "pause queue", "disable account", …
    subject: str  # a username, a user id, or the name of a service whose key it was
    # Names of deleted accounts can be taken by others, ids cannot. Older entries have no ids.
    actor_id: str = ""  # of a service: that of its key
    subject_id: str = ""  # of a user, or of a key

    @classmethod
    def new(
        cls, at: Millis, actor: str, action: str, subject: str, *, actor_id: str = "", subject_id: str = ""
    ) -> Self:
        """With an id of its own."""
        return cls(f"{at:015d}-{secrets.token_hex(4)}", at, actor, action, subject, actor_id, subject_id)

    @property
    def month(self) -> str:
        return month_of(self.at)

    @property
    def is_about_a_key(self) -> bool:
        """Whether a service's key was made or revoked; the subject is no user then."""
        tried = self.action.removeprefix(REFUSED).removeprefix(UNFINISHED)
        return tried.startswith((MAKE_KEY, REVOKE_KEY))


def note(audit: "AuditTrail", event: str, entry: Entry, **fields: Any) -> None:
    """Add the entry, and log it: in the logs the API function can add lines and change none.

    Raises UnavailableError; then what the entry says must not be done.
    """
    audit.add(entry)
    log_event(event, **fields, **asdict(entry))


def carry_out[Done](write: Callable[[str], None], action: str, do: Callable[[], Done]) -> Done:
    """Do it between two entries: one before it and, if it ends with an error, one after it.

    `write` adds an entry with this action. Raises what `do` raises, and what `write` raises; then it was not
    done.
    """
    write(action)
    try:
        return do()
    except (UnavailableError, NewerItemError):  # also of a second item, after the first was written
        with suppress(UnavailableError):  # the first entry is there
            write(f"{UNFINISHED}{action}")
        raise
    except GurukoolError:
        write(f"{REFUSED}{action}")
        raise


def month_of(moment: Millis) -> str:
    """2026-11"""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m")


def before_end_of(month: str) -> str:
    """After the ids of all entries of that month, and before those of later ones.

    >>> before_end_of("2026-12")
    '001798761600000'
    """
    year, number = map(int, month.split("-"))
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return f"{round(following.timestamp() * 1000):015d}"


def month_before(month: str) -> str:
    """The month before this one.

    >>> month_before("2027-01"), month_before("2026-12")
    ('2026-12', '2026-11')
    """
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
