"""What a handler writes together with its outcome: all of it, exactly once, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.application import NoResources, Resources
from chalicelib.core.queueing.policy import PermanentError

if TYPE_CHECKING:  # `import gurukool` must not load PynamoDB
    from collections.abc import Sequence

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.models import Model

LIMIT = 99  # of DynamoDB's 100 items in a transaction, one is the outcome


class Effects:
    """Collects writes to the adopter's own tables, as PynamoDB items, for when the handler returns.

    If a condition does not hold then, nothing is written at all and the attempt has failed; it is tried again
    as the handler's policy says. No two effects may touch the same item.
    """

    def __init__(self, resources: Resources | None = None) -> None:
        self._resources = resources or NoResources()
        self._writes: list[dict[str, Any]] = []

    @property
    def writes(self) -> Sequence[dict[str, Any]]:
        return tuple(self._writes)

    def table[M: Model](self, model: type[M], name: str) -> type[M]:
        """The model for the table that resources.yaml calls `name`, over the connection that all share.

        Its items can be read at once, and written by the other methods. Raises UndeclaredError.
        """
        return self._resources.table(name).bind(model)

    def save(self, item: Model, condition: Condition | None = None) -> None:
        self._add("Put", item.get_save_kwargs_from_instance(condition=condition))

    def update(self, item: Model, actions: list[Action], condition: Condition | None = None) -> None:
        self._add("Update", item.get_update_kwargs_from_instance(actions=actions, condition=condition))

    def delete(self, item: Model, condition: Condition | None = None) -> None:
        self._add("Delete", item.get_delete_kwargs_from_instance(condition=condition))

    def check(self, item: Model, condition: Condition) -> None:
        """Write nothing to the item, but insist on the condition."""
        self._add("ConditionCheck", item.get_delete_kwargs_from_instance(condition=condition))

    def _add(self, kind: str, arguments: dict[str, Any]) -> None:
        if len(self._writes) == LIMIT:
            raise PermanentError(f"A handler may have at most {LIMIT} effects.")
        self._writes.append({kind: arguments})
