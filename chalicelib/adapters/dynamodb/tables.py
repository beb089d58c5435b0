"""The models bound to one deployment's tables, over one shared connection."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from pynamodb.connection import Connection
from pynamodb.models import Model

from chalicelib.adapters.aws.clients import Patience, config, create_quick, read_models_quickly
from chalicelib.adapters.dynamodb.models import (
    EntryItem,
    KeyItem,
    QueueItem,
    RequestItem,
    SlotItem,
    TextItem,
)
from chalicelib.adapters.dynamodb.shards import LEAST_SHARDS

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.identity_models import (
        AccountItem,
        AuditItem,
        ServiceItem,
        SessionItem,
        TriesItem,
    )
    from chalicelib.adapters.dynamodb.note_models import NoteItem

PATIENCE = Patience(connect_s=1, read_s=3, attempts=4)
HURRY = Patience(connect_s=0.5, read_s=1, attempts=1)  # for what can be done without: a callback has no more


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
    """A function that lacks a table's name must not use that table.

    Each model is bound when it is first asked for: a worker needs few of them, and PynamoDB looks through all
    members of each.
    """

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
        read_models_quickly(self.connection.session)
        # PynamoDB would make one whose user agent is put together anew for every call, twice.
        self.connection._client = create_quick(  # noqa: SLF001
            self.connection.session, "dynamodb", PATIENCE, region_name=region, endpoint_url=host
        )
        self._binding = threading.Lock()  # entries of several users enter side by side
        self._known: set[str] = set()
        self._bound: dict[tuple[type[Model], str], type[Model]] = {}
        self._names = names

    @cached_property
    def queues(self) -> type[QueueItem]:
        return self._bind(QueueItem, self._names.queues)

    @cached_property
    def requests(self) -> type[RequestItem]:
        return self._bind(RequestItem, self._names.requests)

    @cached_property
    def texts(self) -> type[TextItem]:
        return self._beside(self.requests, TextItem)

    @cached_property
    def accounts(self) -> type[AccountItem]:
        from chalicelib.adapters.dynamodb.identity_models import AccountItem

        return self._bind(AccountItem, self._names.accounts)

    @cached_property
    def sessions(self) -> type[SessionItem]:
        from chalicelib.adapters.dynamodb.identity_models import SessionItem

        return self._bind(SessionItem, self._names.sessions)

    @cached_property
    def tries(self) -> type[TriesItem]:
        from chalicelib.adapters.dynamodb.identity_models import TriesItem

        return self._beside(self.sessions, TriesItem)

    @cached_property
    def audit(self) -> type[AuditItem]:
        from chalicelib.adapters.dynamodb.identity_models import AuditItem

        return self._bind(AuditItem, self._names.audit)

    @cached_property
    def keys(self) -> type[KeyItem]:
        return self._bind(KeyItem, self._names.idempotency)

    @cached_property
    def slots(self) -> type[SlotItem]:
        return self._beside(self.keys, SlotItem)

    @cached_property
    def entries(self) -> type[EntryItem]:
        return self._bind(EntryItem, self._names.scheduled)

    @cached_property
    def notes(self) -> type[NoteItem]:
        from chalicelib.adapters.dynamodb.note_models import NoteItem

        return self._beside(self.keys, NoteItem)

    @cached_property
    def services(self) -> type[ServiceItem]:
        from chalicelib.adapters.dynamodb.identity_models import ServiceItem

        return self._bind(ServiceItem, self._names.services)

    def bind[M: Model](self, model: type[M], table_name: str) -> type[M]:
        """The model for this table, over the shared connection. It is made once."""
        key = (model, table_name)
        if key not in self._bound:
            self._bound[key] = self._bind(model, table_name)
        return cast("type[M]", self._bound[key])

    def client(self, service: str) -> Any:
        """A client of another service for an application's code: all is as botocore does it.

        It checks parameters before it sends (an empty `Key` would turn the deletion of an object into that of
        its bucket), and waits for an answer as long as a slow service needs.
        """
        return self.connection.session.create_client(service)

    def own_client(self, service: str, *, hurried: bool = False) -> Any:
        """A client of another service for us, patient as that of DynamoDB. `hurried`: asks once, briefly."""
        return self.connection.session.create_client(service, config=config(HURRY if hurried else PATIENCE))

    def forget_connections(self) -> None:
        """For a forked process: those that are open are its parent's."""
        cast("Any", self.connection._client).close()  # noqa: SLF001

    def _beside[M: Model](self, main: type[Model], model: type[M]) -> type[M]:
        """Another model of the table of `main`, which is bound first: PynamoDB then knows its indexes."""
        return self._bind(model, cast("Any", main).Meta.table_name)

    def _bind[M: Model](self, model: type[M], table_name: str) -> type[M]:
        """A subclass for this table. PynamoDB would make a session and a client of its own for each model."""
        meta = type("Meta", (), {"table_name": table_name})
        bound: Any = cast("Any", type(model))(model.__name__, (model,), {"Meta": meta})
        if table_name:
            table = bound._get_connection()  # noqa: SLF001
            with self._binding:
                if table_name not in self._known:  # two models may share a table
                    self.connection.add_meta_table(table.get_meta_table())
                    self._known.add(table_name)
            table.connection = self.connection
        return bound  # type: ignore[no-any-return]
