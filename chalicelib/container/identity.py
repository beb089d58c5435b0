"""The use cases of accounts, sessions and administration, made over the adapters."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.container import Container
    from chalicelib.core.identity.account_recovery import AccountRecovery
    from chalicelib.core.identity.administration import Administration
    from chalicelib.core.identity.export import Export
    from chalicelib.core.identity.guesses import Guesses
    from chalicelib.core.identity.minting import Minting
    from chalicelib.core.identity.own_account import OwnAccount
    from chalicelib.core.identity.recovery import Recovery
    from chalicelib.core.identity.registration import Registration
    from chalicelib.core.identity.service_administration import ServiceAdministration, ServiceDeeds
    from chalicelib.core.identity.service_keys import ServiceKeys
    from chalicelib.core.identity.service_limit import ServiceLimit
    from chalicelib.core.identity.sessions import Sessions
    from chalicelib.core.identity.sign_in import SignIn
    from chalicelib.core.identity.throttle import Throttle
    from chalicelib.core.identity.user_deletion import UserDeletion


class Identity:
    """Each use case is made when it is first asked for, and then kept."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._adapters = container.adapters

    @cached_property
    def registration(self) -> Registration:
        from chalicelib.core.identity.registration import Registration

        outside, is_open = self._adapters, self._container.settings.registration == "open"
        return Registration(outside.accounts, outside.passwords, outside.clock, self._guesses, is_open)

    @cached_property
    def sign_in(self) -> SignIn:
        from chalicelib.core.identity.sign_in import SignIn

        return SignIn(self._adapters.accounts, self._adapters.passwords, self._guesses, self.sessions)

    @cached_property
    def sessions(self) -> Sessions:
        from chalicelib.core.identity.sessions import Sessions

        outside = self._adapters
        queues, connections = outside.store.queues, outside.store.connections
        return Sessions(outside.sessions, queues, connections, outside.tokens, outside.clock)

    @cached_property
    def own_account(self) -> OwnAccount:
        from chalicelib.core.identity.own_account import OwnAccount

        outside = self._adapters
        return OwnAccount(
            outside.accounts,
            outside.store.queues,
            outside.store.connections,
            outside.passwords,
            self._throttle,
            self.sessions,
            outside.clock,
        )

    @cached_property
    def administration(self) -> Administration:
        from chalicelib.core.identity.administration import Administration

        outside = self._adapters
        return Administration(
            outside.accounts,
            outside.store.queues,
            outside.store.connections,
            outside.audit,
            self.sessions,
            self._container.queueing.controls,
            outside.clock,
        )

    @cached_property
    def recovery(self) -> Recovery:
        from chalicelib.core.identity.recovery import Recovery

        outside, store = self._adapters, self._adapters.store
        return Recovery(
            outside.accounts,
            store.queues,
            store.connections,
            outside.passwords,
            self._guesses,
            self.sign_in,
            outside.clock,
        )

    @cached_property
    def account_recovery(self) -> AccountRecovery:
        from chalicelib.core.identity.account_recovery import AccountRecovery

        return AccountRecovery(self.administration, self.recovery)

    @cached_property
    def export(self) -> Export:
        from chalicelib.core.identity.export import Export

        outside = self._adapters
        return Export(outside.accounts, outside.sessions, outside.store, outside.audit, outside.clock)

    @cached_property
    def user_deletion(self) -> UserDeletion:
        from chalicelib.core.identity.user_deletion import UserDeletion

        outside, store = self._adapters, self._adapters.store
        return UserDeletion(
            store.queues, store.connections, store.entries, outside.accounts, self.sessions, outside.clock
        )

    @cached_property
    def service_keys(self) -> ServiceKeys:
        from chalicelib.core.identity.service_keys import ServiceKeys

        return ServiceKeys(self._adapters.services, self._adapters.clock)

    @cached_property
    def service_limit(self) -> ServiceLimit:
        from chalicelib.core.identity.service_limit import ServiceLimit

        return ServiceLimit(self._adapters.services, self._adapters.clock)

    @cached_property
    def minting(self) -> Minting:
        from chalicelib.core.identity.minting import Minting

        return Minting(self._adapters.tokens, self._adapters.clock)

    @cached_property
    def service_administration(self) -> ServiceAdministration:
        from chalicelib.core.identity.service_administration import ServiceAdministration

        return ServiceAdministration(self.administration, self.service_keys)

    @cached_property
    def service_deeds(self) -> ServiceDeeds:
        from chalicelib.core.identity.service_administration import ServiceDeeds

        return ServiceDeeds(self._adapters.audit, self._adapters.clock)

    @cached_property
    def _throttle(self) -> Throttle:
        from chalicelib.core.identity.throttle import Throttle

        return Throttle(self._adapters.tries, self._adapters.clock)

    @cached_property
    def _guesses(self) -> Guesses:
        from chalicelib.core.identity.guesses import Guesses

        return Guesses(self._adapters.tries, self._throttle, self._adapters.clock)
