"""The adapters: everything through which the core reaches what is outside of the process."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.queueing.lane import Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from chalicelib.adapters.dynamodb.sessions import DynamoSessions
    from chalicelib.adapters.dynamodb.tables import Tables
    from chalicelib.adapters.runtime.overrun_watch import OverrunWatch
    from chalicelib.adapters.security.secret_keys import SecretKeys
    from chalicelib.adapters.security.secret_settings import SecretSettings
    from chalicelib.container.monitoring import Monitoring
    from chalicelib.core.identity.ports import (
        Accounts,
        AuditTrail,
        IdentityProvider,
        Passwords,
        ServiceStore,
        SessionStore,
        Tokens,
        TryCounts,
    )
    from chalicelib.core.queueing.application import Resources
    from chalicelib.core.queueing.object_store import ObjectStore
    from chalicelib.core.queueing.ports import Store, VisibilityLease, WakeUps
    from chalicelib.core.queueing.waits import WaitSlots
    from chalicelib.core.time import Clock
    from chalicelib.settings import Settings
    from chalicelib.webhooks.allowed_hosts import AllowedHosts
    from chalicelib.webhooks.deliverer import Deliverer

TABLES = ("queues", "requests", "accounts", "sessions", "idempotency", "audit", "scheduled", "services")
URLS = {Lane.QUICK: "WAKE_UPS_URL", Lane.SLOW: "SLOW_WAKE_UPS_URL", Lane.LONG: "LONG_WAKE_UPS_URL"}
CALLBACKS_URL = "CALLBACK_WAKE_UPS_URL"


class Adapters:
    """The adapters of one deployment, over one AWS session. Each is made when it is first asked for.

    A function may use only what its deployment gave it: asking for an adapter whose resource is not in the
    settings raises SettingError. A test replaces an adapter by a subclass, or by assigning to its attribute
    before anything has asked for it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def clock(self) -> Clock:
        return SystemClock()

    @cached_property
    def tables(self) -> Tables:
        from chalicelib.adapters.dynamodb.tables import TableNames, Tables

        resources = self.settings.resources
        names = TableNames(**{name: resources.get(f"{name.upper()}_TABLE", "") for name in TABLES})
        settings = self.settings
        return Tables(names, has_type_index=settings.type_index, shards=settings.sweep_shards)

    @cached_property
    def store(self) -> Store:
        from chalicelib.adapters.dynamodb.store import DynamoStore

        return DynamoStore(self.tables, self.settings.queue_limit, self.objects)

    @cached_property
    def objects(self) -> ObjectStore | None:
        """The bucket for uploads; None if the deployment has none."""
        if bucket := self.settings.resources.get("UPLOADS_BUCKET"):
            from chalicelib.adapters.s3.objects import S3Objects, create_client

            return S3Objects(lambda: create_client(self.tables.connection.session), bucket)
        return None

    @cached_property
    def sqs(self) -> Any:
        """The client of SQS; while a caller waits for an answer, it gives up sooner."""
        from chalicelib.adapters.sqs.wake_ups import PATIENT, PROMPT, create_client

        patience = PROMPT if self.settings.answers_callers else PATIENT
        return create_client(self.tables.connection.session, patience)

    @cached_property
    def wake_ups(self) -> WakeUps:
        from chalicelib.adapters.sqs.wake_ups import SqsWakeUps

        lanes = [lane for lane in Lane if lane is not Lane.LONG or self._may_send_to_the_long_lane]
        wake_ups = SqsWakeUps(self.sqs, {lane: self._wake_ups_url(lane) for lane in lanes})
        if not self.settings.answers_callers:
            return wake_ups
        from chalicelib.adapters.sqs.outage import OutageGuard

        return OutageGuard(wake_ups, self.clock)

    def lease(self, receipt_handle: str, lane: Lane) -> VisibilityLease:
        """The lease on a wake-up that was received from the lane's queue."""
        from chalicelib.adapters.sqs.wake_ups import SqsLease

        return SqsLease(self.sqs, self._wake_ups_url(lane), receipt_handle)

    @cached_property
    def callback_wake_ups(self) -> WakeUps | None:
        """Wakes those who push outcomes; None if the deployment has no callbacks."""
        if not self.settings.resources.get(CALLBACKS_URL):
            return None
        from chalicelib.adapters.sqs.wake_ups import SqsWakeUps

        return SqsWakeUps(self.sqs, {Lane.QUICK: self.settings.resource(CALLBACKS_URL)})

    def callback_lease(self, receipt_handle: str) -> VisibilityLease:
        """The lease on a wake-up of those."""
        from chalicelib.adapters.sqs.wake_ups import SqsLease

        return SqsLease(self.sqs, self.settings.resource(CALLBACKS_URL), receipt_handle)

    @cached_property
    def wait_slots(self) -> WaitSlots:
        return self._session_items

    @cached_property
    def overrun_watch(self) -> OverrunWatch | None:
        """The process beside the worker's; None: an attempt that has to be ended by force is not noted."""
        from chalicelib.adapters.runtime.overrun_watch import OverrunWatch

        return OverrunWatch(self._note_overrun)

    @cached_property
    def deliverer(self) -> Deliverer:
        return self._deliverer(self.settings.allowed_hosts)

    @cached_property
    def callback_deliverer(self) -> Deliverer:
        return self._deliverer(self.settings.callback_hosts)

    def _deliverer(self, hosts: AllowedHosts) -> Deliverer:
        from chalicelib.webhooks.deliverer import Deliverer

        keys = self._keys("WEBHOOK_KEYS_ARN")
        if not self.settings.records_traces:
            return Deliverer(hosts, keys)
        from chalicelib.adapters.runtime.traced_calls import recorded

        return Deliverer(hosts, keys, recording=recorded)

    @cached_property
    def accounts(self) -> Accounts:
        from chalicelib.adapters.dynamodb.accounts import DynamoAccounts

        return DynamoAccounts(self.tables)

    @cached_property
    def sessions(self) -> SessionStore:
        return self._session_items

    @cached_property
    def _session_items(self) -> DynamoSessions:
        """A session's item also has the slots of its calls that wait."""
        from chalicelib.adapters.dynamodb.sessions import DynamoSessions

        return DynamoSessions(self.tables)

    @cached_property
    def services(self) -> ServiceStore:
        from chalicelib.adapters.dynamodb.services import DynamoServices

        return DynamoServices(self.tables)

    @cached_property
    def tries(self) -> TryCounts:
        from chalicelib.adapters.dynamodb.tries import DynamoTryCounts

        return DynamoTryCounts(self.tables)

    @cached_property
    def audit(self) -> AuditTrail:
        from chalicelib.adapters.dynamodb.audit import DynamoAudit

        return DynamoAudit(self.tables, self.settings.audit_retention_days)

    @cached_property
    def monitoring(self) -> Monitoring:
        from chalicelib.container.monitoring import Monitoring

        return Monitoring(self.settings, lambda: self.tables.connection.session)

    @cached_property
    def passwords(self) -> Passwords:
        from chalicelib.adapters.security.passwords import Argon2Passwords

        return Argon2Passwords()

    @cached_property
    def tokens(self) -> Tokens:
        from chalicelib.adapters.security.tokens import JwtTokens

        return JwtTokens(self._keys("TOKEN_KEYS_ARN"), self.settings.access_token_seconds)

    @cached_property
    def identity_provider(self) -> IdentityProvider:
        """Asked for only if the operator has set one."""
        from chalicelib.adapters.oidc.discovery import read_keys
        from chalicelib.adapters.oidc.provider_keys import ProviderKeys
        from chalicelib.adapters.oidc.tokens import ProviderTokens

        issuer, audience = self.settings.oidc_issuer, self.settings.oidc_audience
        return ProviderTokens(issuer, audience, ProviderKeys(lambda: read_keys(issuer)))

    def application_secrets(self, arns: Mapping[str, str]) -> SecretSettings:
        """The application's secrets. `arns`: by the names that they have in application.toml."""
        from chalicelib.adapters.security.secret_settings import SecretSettings

        return SecretSettings(arns, lambda: self._secrets_manager)

    def application_resources(self, names: Mapping[str, str], services: Collection[str]) -> Resources:
        """The application's resources. `names`: what AWS calls them, by the names in resources.yaml."""
        from chalicelib.adapters.dynamodb.resources import DeployedResources

        return DeployedResources(names, services, lambda: self.tables)

    def _keys(self, resource: str) -> SecretKeys:
        from chalicelib.adapters.security.secret_keys import SecretKeys

        again = cache(lambda: self.tables.own_client("secretsmanager", hurried=True))
        return SecretKeys(self._secrets_manager, self.settings.resource(resource), again)

    @cached_property
    def _secrets_manager(self) -> Any:
        """The client of Secrets Manager."""
        return self.tables.own_client("secretsmanager")

    @property
    def _may_send_to_the_long_lane(self) -> bool:
        """Only workers may: for the API and the sweeper, a worker hands a long request over."""
        return URLS[Lane.LONG] in self.settings.resources

    def _wake_ups_url(self, lane: Lane) -> str:
        return self.settings.resource(URLS[lane])

    def _note_overrun(self, user_id: str, seq: int, token: str) -> None:
        """Called in the watching process, which was forked from the worker's and must not use its sockets."""
        self.tables.forget_connections()
        self.store.requests.note_overrun(user_id, seq, token)
