"""Minted tokens: what a service gives to a browser or a device of one of its users."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.core.identity.account import Principal
from chalicelib.core.identity.ports import Tokens
from chalicelib.core.identity.scopes import beyond, missing
from chalicelib.core.log_events import log_event
from chalicelib.core.time import Clock


@dataclass(frozen=True, slots=True)
class Minting:
    """Issues access tokens for the queue of one user, without an account or a session."""

    tokens: Tokens
    clock: Clock

    def __call__(
        self, service: Principal, scopes: Sequence[str], seconds: int, seq: int | None = None
    ) -> tuple[str, int]:
        """A token, and the seconds it lives, for the user for whom the service acts.

        `seq`: the only request that it may be used for. Raises ForbiddenError if the service itself may not
        do all that, or wants to pass on that tokens are made.
        """
        if refused := beyond(service.scopes or frozenset(), scopes):
            raise missing(*refused)
        bearer = replace(service, username=service.user_id, scopes=frozenset(scopes), seq=seq, limit=None)
        log_event("token minted", user=service.user_id, scopes=" ".join(scopes), seq=seq)
        return self.tokens.issue(bearer, self.clock.now(), seconds)
