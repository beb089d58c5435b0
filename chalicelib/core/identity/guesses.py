"""What bounds guesses at the door: how many from where, at one account, and at all accounts.

Each account counts each network by itself, with waits that grow: failures elsewhere do not make its owner
wait. A network is known to an account that was signed in to from there. Two numbers a day bound the others:
how often all of them may fail at one account, and how often one of them may fail at all accounts.
"""

from dataclasses import dataclass

from chalicelib.core.identity.ports import TryCounts
from chalicelib.core.identity.throttle import Throttle, too_many
from chalicelib.core.identity.tries import DAY_MS, Tries
from chalicelib.core.time import Clock, Millis

MOST_AT_AN_ACCOUNT = 50  # a day, from networks that it does not know
MOST_FROM_A_NETWORK = 100  # a day, at accounts that do not know it
KNOWN_MS = 90 * DAY_MS  # how long a network is known after the last sign-in from there


@dataclass(frozen=True, slots=True)
class Try:
    """One guess at a password: at whose account, from which network, and how many came before."""

    who: str  # the user's id, or the name that is nobody's
    network: str
    tries: Tries
    known: bool

    @property
    def subject(self) -> str:
        return _subject(self.who, self.network)

    def budgets(self, now: Millis) -> dict[str, int]:
        """What a failure is counted against, and how many of them there may be. They begin anew each day."""
        day = now // DAY_MS
        return {
            f"account {self.who} {day}": MOST_AT_AN_ACCOUNT,
            f"network {self.network} {day}": MOST_FROM_A_NETWORK,
        }


@dataclass(frozen=True, slots=True)
class Guesses:
    """Admits guesses, and counts how they end."""

    counts: TryCounts
    throttle: Throttle
    clock: Clock

    def admit(self, who: str, network: str) -> Try:
        """Raises TooManyError if the try comes too early."""
        tries = self.throttle.admit(_subject(who, network))
        now = self.clock.now()
        made = Try(who, network, tries, tries.is_known(now))
        if not made.known:
            self._require_budget(made, now)
        return made

    def failed(self, made: Try) -> None:
        self.throttle.failed(made.subject)
        if not made.known:
            now = self.clock.now()
            for budget in made.budgets(now):
                self.counts.spend(budget, now + DAY_MS)

    def succeeded(self, made: Try) -> None:
        self.throttle.succeeded(made.subject, made.tries, KNOWN_MS)

    def remember(self, who: str, network: str) -> None:
        """Treat the network as known, as after a sign-in: whoever signs up has chosen the password."""
        self.counts.remember(_subject(who, network), self.clock.now() + KNOWN_MS)

    def _require_budget(self, made: Try, now: Millis) -> None:
        budgets = made.budgets(now)
        spent = self.counts.spent(list(budgets))
        if any(spent.get(budget, 0) >= most for budget, most in budgets.items()):
            self.throttle.taken_back(made.subject)
            raise too_many(DAY_MS - now % DAY_MS)


def _subject(who: str, network: str) -> str:
    return f"sign-in {who} {network}"
