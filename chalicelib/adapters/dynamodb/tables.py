"""The models bound to one deployment's tables, over one shared connection."""

from dataclasses import dataclass
from typing import Any, cast

from pynamodb.connection import Connection
from pynamodb.models import Model

from chalicelib.adapters.aws.clients import Patience, config, create_quick
from chalicelib.adapters.dynamodb.identity_models import (
    AccountItem,
    AuditItem,
    ServiceItem,
    SessionItem,
    TriesItem,
)
from chalicelib.adapters.dynamodb.models import (
    EntryItem,
    KeyItem,
    QueueItem,
    RequestItem,
    SlotItem,
    TextItem,
)
from chalicelib.adapters.dynamodb.note_models import NoteItem
from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS

PATIENCE = Patience(connect_s=1, read_s=3, attempts=4)


@dataclass(frozen=True, slots=True)
class TableNames:
    queues: str = ""
    requests: str = ""
    accounts: str = ""
    sessions: str = ""
    idempotency: str = ""
    audit: str = ""
    scheduled: str = ""
    services: str = ""


class Tables:
    """A function that lacks a table's name must not use that table."""

    def __init__(
        self,
        names: TableNames,
        region: str | None = None,
        host: str | None = None,
        *,
        has_type_index: bool = False,
        shards: int = LEAST_SHARDS,
    ) -> None:
        """`host` overrides the endpoint, for tests; functions find theirs in the environment."""
        self.has_type_index = has_type_index  # of requests, see request_keys.py
        self.shards = shards  # of the sweeper's indexes, see shards.py
        self.connection = Connection(region=region, host=host)
        # PynamoDB would make one whose user agent is put together anew for every call, twice.
        self.connection._client = create_quick(  # noqa: SLF001
            self.connection.session, "dynamodb", PATIENCE, region_name=region, endpoint_url=host
        )
        self._known: set[str] = set()
        self._bound: dict[tuple[type[Model], str], type[Model]] = {}
        self.queues = self._bind(QueueItem, names.queues)
        self.requests = self._bind(RequestItem, names.requests)
        self.texts = self._bind(TextItem, names.requests)
        self.accounts = self._bind(AccountItem, names.accounts)
        self.sessions = self._bind(SessionItem, names.sessions)
        self.tries = self._bind(TriesItem, names.sessions)
        self.audit = self._bind(AuditItem, names.audit)
        self.keys = self._bind(KeyItem, names.idempotency)
        self.slots = self._bind(SlotItem, names.idempotency)
        self.entries = self._bind(EntryItem, names.scheduled)
        self.notes = self._bind(NoteItem, names.idempotency)
        self.services = self._bind(ServiceItem, names.services)

    def bind[M: Model](self, model: type[M], table_name: str) -> type[M]:
        """The model for this table, over the shared connection. It is made once."""
        key = (model, table_name)
        if key not in self._bound:
            self._bound[key] = self._bind(model, table_name)
        return cast("type[M]", self._bound[key])

    def client(self, service: str) -> Any:
        """A client of another service, by botocore, as patient as that of DynamoDB."""
        return self.connection.session.create_client(service, config=config(PATIENCE))

    def forget_connections(self) -> None:
        """For a forked process: those that are open are its parent's."""
        cast("Any", self.connection._client).close()  # noqa: SLF001

    def _bind[M: Model](self, model: type[M], table_name: str) -> type[M]:
        """A subclass for this table. PynamoDB would make a session and a client of its own for each model."""
        meta = type("Meta", (), {"table_name": table_name})
        bound: Any = cast("Any", type(model))(model.__name__, (model,), {"Meta": meta})
        if table_name:
            table = bound._get_connection()  # noqa: SLF001
            if table_name not in self._known:  # two models may share a table
                self.connection.add_meta_table(table.get_meta_table())
                self._known.add(table_name)
            table.connection = self.connection
        return bound  # type: ignore[no-any-return]
