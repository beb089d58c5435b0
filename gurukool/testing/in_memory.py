"""The resources of an application, as moto keeps them in memory."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from chalicelib.core.queueing.application import refuse_undeclared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pynamodb.connection import Connection
    from pynamodb.models import Model

REGION = "us-east-1"


class Table:
    """A table whose name in the deployment is the one that it has in resources.yaml."""

    def __init__(self, name: str, connection: Connection) -> None:
        self.name = name
        self._connection = connection
        self._bound = dict[Any, Any]()

    def bind[M](self, model: type[M]) -> type[M]:
        """The PynamoDB model for this table: for handlers, and for tests."""
        if model not in self._bound:
            self._bound[model] = self._bind(model)
        return cast("type[M]", self._bound[model])

    def _bind(self, model: Any) -> Any:
        """Over the connection that all share: one of its own would take time for each."""
        meta = type("Meta", (), {"table_name": self.name, "region": REGION})
        bound: Any = type(model)(model.__name__, (model,), {"Meta": meta})
        table = bound._get_connection()  # noqa: SLF001
        if not self._bound:
            self._connection.add_meta_table(table.get_meta_table())
        table.connection = self._connection
        return bound


class TestResources:
    """The resources that a test has made."""

    __test__ = False  # pytest would take it for tests

    def __init__(self, declared: Mapping[str, type[Model] | str]) -> None:
        """Tables by models with their keys; of other resources, what AWS calls them."""
        from pynamodb.connection import Connection

        self.connection = Connection(region=REGION)
        self.connection._client = client("dynamodb")  # noqa: SLF001  (making one takes time)
        self._others = {name: other for name, other in declared.items() if isinstance(other, str)}
        models = {name: model for name, model in declared.items() if not isinstance(model, str)}
        self._tables = {name: Table(name, self.connection) for name in models}
        self._models = models
        for name in models:
            self._create(name)

    def _create(self, name: str) -> None:
        """An empty table, in place of one that has its name."""
        bound: Any = self.table(name).bind(self._models[name])
        if bound.exists():
            bound.delete_table()
        bound.create_table(billing_mode="PAY_PER_REQUEST")

    def has_table(self, name: str) -> bool:
        return name in self._tables

    @contextmanager
    def giving_way(self, name: str) -> Iterator[None]:
        """In the block, another table may have this name. After it, this one has the items of before."""
        pages = client("dynamodb").get_paginator("scan").paginate(TableName=name)
        items = [item for page in pages for item in page["Items"]]
        try:
            yield
        finally:
            self._create(name)
            for item in items:
                client("dynamodb").put_item(TableName=name, Item=item)

    def name(self, name: str) -> str:
        """Raises UndeclaredError."""
        return self._others.get(name) or self.table(name).name

    def table(self, name: str) -> Table:
        """Raises UndeclaredError."""
        if name not in self._tables:
            refuse_undeclared("table", name, self._tables, "this test")
        return self._tables[name]

    def client(self, service: str) -> Any:
        """A client of botocore that moto answers."""
        return client(service)


@cache
def client(service: str) -> Any:
    from botocore.session import Session

    return Session().create_client(service, REGION)
