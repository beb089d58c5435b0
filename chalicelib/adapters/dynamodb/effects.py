"""What a handler writes together with its outcome: all of it, exactly once, or nothing."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from chalicelib.core.queueing.application import NoResources, Resources
from chalicelib.core.queueing.policy import PermanentError

if TYPE_CHECKING:  # `import gurukool` must not load PynamoDB
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action
    from pynamodb.models import Model

    from chalicelib.core.queueing.entry import Entry

    type NewEntry = Callable[..., Entry]
    """Makes an entry of the arguments of `Effects.enqueue`. Raises HandlerError."""

LIMIT = 99  # of DynamoDB's 100 items in a transaction, one is the outcome
FOLLOW_UP_BYTES = 3 * 1024 * 1024  # of payloads; a transaction has 4 MB in all


class Effects:
    """Collects writes to the adopter's own tables, as PynamoDB items, for when the handler returns.

    If a condition does not hold then, nothing is written at all and the attempt has failed; it is tried again
    as the handler's policy says. No two effects may touch the same item.
    """

    def __init__(self, resources: Resources | None = None, new_entry: NewEntry | None = None) -> None:
        self._resources = resources or NoResources()
        self._new_entry = new_entry
        self._writes: list[dict[str, Any] | Entry] = []
        self._room = FOLLOW_UP_BYTES
        self._numbers = count()  # of follow-ups; a handler may enqueue from several threads

    @property
    def writes(self) -> Sequence[dict[str, Any] | Entry]:
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

    def enqueue(
        self,
        user_id: str,
        type_: str,
        payload: Any = None,
        *,
        max_attempts: int | None = None,
        on_failure: str | None = None,
        enter_at: datetime | None = None,
        not_before: datetime | None = None,
        callback: str | None = None,
    ) -> None:
        """Have another request enter a line, of the same user or of another, if the outcome is written.

        `payload` is anything that has a JSON form; the deployed handler of that type must take it. The other
        parameters are those of `POST /api/queue/scheduled`; the moments have a time zone. Without `enter_at`
        it enters at once. Those of one request that enter at one moment do so in the order of the calls.
        `callback` is a URL on a host that the operator allows for callbacks: the outcome is pushed to it.

        Raises HandlerError, which fails the attempt, for an unknown type and for a wrong argument.
        """
        if self._new_entry is None:
            raise RuntimeError("Follow-ups are enqueued by handlers.")
        options = {"max_attempts": max_attempts, "on_failure": on_failure, "callback": callback}
        moments = {"enter_at": enter_at, "not_before": not_before}
        entry = self._new_entry(user_id, type_, payload, number=next(self._numbers), **options, **moments)
        self._room -= len(entry.payload.encode())
        if self._room < 0:
            raise PermanentError(f"Follow-ups may have {FOLLOW_UP_BYTES // 1024} KiB of payloads together.")
        self._note(entry)

    def _add(self, kind: str, arguments: dict[str, Any]) -> None:
        self._note({kind: arguments})

    def _note(self, write: dict[str, Any] | Entry) -> None:
        if len(self._writes) == LIMIT:
            raise PermanentError(f"A handler may have at most {LIMIT} effects.")
        self._writes.append(write)
