"""The application's resources over the connection that all share."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.queueing.application import refuse_undeclared

if TYPE_CHECKING:
    from pynamodb.models import Model


@dataclass(frozen=True, slots=True)
class DeployedTable:
    """A table of the application."""

    name: str
    _tables: Tables

    def bind[M](self, model: type[M]) -> type[M]:
        """The PynamoDB model for this table: `table.bind(Balance).get(…)`. The model itself needs no Meta."""
        return cast("type[M]", self._tables.bind(cast("type[Model]", model), self.name))


class DeployedResources:
    """Made when the first handler asks: what nobody uses costs nothing."""

    def __init__(
        self, names: Mapping[str, str], services: Collection[str], tables: Callable[[], Tables]
    ) -> None:
        """`names`: what AWS calls the resources. `services`: those whose clients can be made here."""
        self._names = dict(names)
        self._services = services
        self._tables = tables
        self._clients: dict[str, Any] = {}

    def name(self, name: str) -> str:
        if name not in self._names:
            refuse_undeclared("resource", name, self._names, "resources.yaml")
        return self._names[name]

    def table(self, name: str) -> DeployedTable:
        return DeployedTable(self.name(name), self._tables())

    def client(self, service: str) -> Any:
        if service not in self._services:
            refuse_undeclared("permission for the service", service, self._services, "application.toml")
        if service not in self._clients:
            self._clients[service] = self._tables().client(service)
        return self._clients[service]
