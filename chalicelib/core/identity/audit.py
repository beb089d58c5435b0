"""What administrators and services did: who, what, to whom, when.

Written before it is done, so nothing goes unseen.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.core.time import Millis


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed of an administrator, or of a service that controls a queue."""

    entry_id: str  # sorts by time within a month
    at: Millis
    actor: str  # username of the administrator, or name of the service
    action: str  # "pause queue", "disable account", …; "refused: pause queue" follows if it was not done
    subject: str  # a username, or a user id
    # Names of deleted accounts can be taken by others, ids cannot. Older entries have no ids.
    actor_id: str = ""  # of a service: that of its key
    subject_id: str = ""

    @property
    def month(self) -> str:
        return month_of(self.at)


def new_entry_id(now: Millis) -> str:
    return f"{now:015d}-{secrets.token_hex(4)}"


def month_of(moment: Millis) -> str:
    """2026-11"""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m")


def month_before(month: str) -> str:
    """The month before this one.

    >>> month_before("2027-01"), month_before("2026-12")
    ('2026-12', '2026-11')
    """
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
