"""How far the callbacks of one user are: the fourth cursor of a queue, beside tail, head and read."""

from typing import Final, NamedTuple

from chalicelib.core.time import Millis


class Owed(NamedTuple):
    """Numbers whose callbacks a drain has found to be owed since the head was last written."""

    first: int
    last: int


class CallbackCursor(NamedTuple):
    """Which callbacks of a queue are owed, and how the calls for the first of them have gone so far.

    Only the drain moves `last`, together with the head. It sets `first` too, but only if nothing was owed.
    Everything else is moved by those who call, and by replays, each of whom sets a `token` of its own.
    """

    first: int | None = None  # the first number whose callback is owed; None: none is owed
    last: int = 0  # the last number with a callback that the head has passed
    token: str = ""  # of the write that moved the cursor last
    tries: int = 0  # calls for `first` that have failed
    next_at: Millis = 0  # nobody calls before that; in whole seconds, as stores have it
    failing_since: Millis | None = None  # since when all calls to one receiver have failed; whole seconds
    failing_host: int = 0  # which receiver that is, see `receiver_of`
    status: int = 0  # of the last answer for `first`; 0: there was none
    replayed: bool = False  # what is owed was perhaps given up before

    @property
    def is_owed(self) -> bool:
        return self.first is not None


NOTHING_OWED: Final = CallbackCursor()


class Owing(NamedTuple):
    """A cursor that owes callbacks, as sweeps of one process have seen it."""

    first: int | None
    token: str
    since: Millis  # it has been so since then, or longer
