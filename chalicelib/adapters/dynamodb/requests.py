"""The requests, by user and number."""

from collections.abc import Iterable, Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import APART, DURABLE
from chalicelib.adapters.dynamodb.keys import DynamoKeys
from chalicelib.adapters.dynamodb.models import RequestItem
from chalicelib.adapters.dynamodb.records import request_attributes, to_request
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.dynamodb.texts import DynamoTexts
from chalicelib.adapters.dynamodb.transaction import commit
from chalicelib.core.errors import NewerItemError
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status, expiry
from chalicelib.core.time import Millis


class DynamoRequests(DynamoTexts):
    """The port `RequestStore`."""

    def __init__(self, tables: Tables, keys: DynamoKeys) -> None:
        super().__init__(tables)
        self._requests = tables.requests
        self._keys = keys

    def write(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        item = self._requests(**request_attributes(request))
        if key is None:
            return self._put(item)
        place = item.get_save_kwargs_from_instance(condition=self._requests.user_id.does_not_exist())
        noted = self._keys.transaction_put(request, key, last)
        return commit(self._connection, [{"Put": place}, {"Put": noted}])

    def void(self, user_id: str, seq: int, now: Millis) -> None:
        """A void stays in the table. A late writer, or a later request of the same batch, reads it there and
        learns that its number was given up.
        """
        void = Request(user_id, seq, "void", "null", Status.VOID, enqueued_at=now)
        self._put(self._requests(**request_attributes(void)))

    def _put(self, item: RequestItem) -> None:
        with translated():
            item.save(condition=self._requests.user_id.does_not_exist())

    def get(self, user_id: str, seq: int) -> Request | None:
        with translated():
            try:
                return to_request(self._requests.get(user_id, seq, consistent_read=True))
            except self._requests.DoesNotExist:
                return None

    def list_after(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        with translated():
            above = self._requests.seq > after
            return _readable(self._requests.query(user_id, above, consistent_read=True, limit=limit))

    def list_without_payloads(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        """One page of DynamoDB, 1 MB of items at most. Their payloads are paid for, but not sent."""
        m = self._requests
        names = [attribute.attr_name for attribute in m.get_attributes().values()]
        wanted = [name for name in names if name != "payload"]
        with translated():
            found = m.query(
                user_id, m.seq > after, consistent_read=True, limit=limit, attributes_to_get=wanted
            )
            page: Any = next(found.page_iter)
        return _readable(m.from_raw_data(item) for item in page["Items"])

    def begin(self, seen: Request, token: str, now: Millis, deadline: Millis) -> Request:
        m = self._requests
        actions: list[Action] = [
            m.status.set(Status.RUNNING),
            m.attempts.set(seen.attempts + 1),
            m.begun_by.set(token),
            m.started_at.set(now),
            m.deadline.set(deadline),
        ]
        if seen.unfit_since is not None:
            actions.append(m.unfit_since.remove())
        if seen.awaits is not None:
            actions.append(m.awaits.remove())
        self._change(seen, actions, self._untouched(seen) & self._noted_like(seen))
        return seen.begun(token, now, deadline)

    def finish(
        self, running: Request, outcome: Outcome, now: Millis, effects: Sequence[object] = ()
    ) -> Request:
        finished = running.ended(outcome, now)
        actions = self._ending(running, finished)
        condition: Condition = self._current(running) & self._noted_like(running)
        if effects:
            item = self._requests(running.user_id, running.seq)
            update = item.get_update_kwargs_from_instance(actions=actions, condition=condition)
            commit(self._connection, [{"Update": update}], effects)
        else:
            self._change(running, actions, condition)
        return finished

    def renew(self, running: Request, deadline: Millis) -> Request:
        actions: list[Action] = [self._requests.deadline.set(deadline)]
        return self._update_request(running, actions, self._current(running))

    def mark_noted(self, seen: Request) -> Request:
        m = self._requests
        same = self._current(seen) if seen.status is Status.RUNNING else self._untouched(seen)
        return self._update_request(seen, [m.noted.set(1), m.item_format.set(DURABLE)], same)

    def note_overrun(self, user_id: str, seq: int, token: str) -> None:
        m = self._requests
        table = m.Meta.table_name
        current: Condition = (m.status == Status.RUNNING) & (m.begun_by == token)
        with translated():
            self._connection.update_item(
                table, user_id, str(seq), actions=[m.overran.set(token)], condition=current
            )

    def requeue(self, running: Request, not_before: Millis | None, error: Failure) -> Request:
        m = self._requests
        actions = [m.status.set(Status.QUEUED), m.deadline.remove(), *self._failure(error)]
        actions.append(m.not_before.remove() if not_before is None else m.not_before.set(not_before))
        return self._update_request(running, actions, self._current(running))

    def suspend(self, running: Request, until: Millis, awaits: str) -> Request:
        m, suspended = self._requests, running.suspended(until, awaits)
        actions = [
            m.status.set(Status.QUEUED),
            m.deadline.remove(),
            m.error_kind.remove(),
            m.error_message.remove(),
            m.forgiven.set(suspended.forgiven_attempts),
            m.not_before.set(until),
            m.awaits.set(awaits),
        ]
        return self._update_request(running, actions, self._current(running))

    def wake(self, seen: Request) -> Request:
        m = self._requests
        same = self._untouched(seen) & (m.awaits == seen.awaits)
        return self._update_request(seen, [m.not_before.remove(), m.awaits.remove()], same)

    def note_unfit(self, seen: Request, now: Millis) -> None:
        m = self._requests
        unnoted: Condition = self._untouched(seen) & m.unfit_since.does_not_exist()
        self._change(seen, [m.unfit_since.set(now)], unnoted)

    def settle(self, seen: Request, outcome: Outcome, now: Millis) -> Request:
        return self._update_request(seen, self._ending(seen, seen.ended(outcome, now)), self._untouched(seen))

    def cancel(self, seen: Request, now: Millis) -> Request:
        return self._update_request(seen, self._ending(seen, seen.cancelled(now)), self._untouched(seen))

    def schedule_expiry(self, request: Request, now: Millis) -> None:
        m, expires_at = self._requests, request.expires_at or expiry(now)
        if request.expires_at is None:
            self._change(request, [m.expires_at.set(expires_at // 1000)], m.user_id.exists())
        if request.key:
            self._keys.expire(request, expires_at)

    def forgive_attempts(self, seen: Request) -> Request:
        m = self._requests
        actions = [
            m.forgiven.set(seen.attempts),
            m.not_before.remove(),
            m.error_kind.remove(),
            m.error_message.remove(),
        ]
        return self._update_request(seen, actions, self._untouched(seen))

    def _ending(self, before: Request, ended: Request) -> list[Action]:
        m = self._requests
        actions: list[Action] = [m.status.set(ended.status), m.deadline.remove()]
        if ended.finished_at is not None:
            actions.append(m.finished_at.set(ended.finished_at))
        if ended.expires_at is not None:
            actions.append(m.expires_at.set(ended.expires_at // 1000))
        if ended.result_bytes:
            actions.append(m.result_bytes.set(ended.result_bytes))
            actions.append(m.item_format.set(DURABLE if ended.noted else APART))
        elif ended.result is not None:
            actions.append(m.result.set(ended.result))
        if ended.error:
            actions += self._failure(ended.error)
        elif before.error:
            actions += [m.error_kind.remove(), m.error_message.remove()]
        return actions

    def _failure(self, error: Failure) -> list[Action]:
        return [self._requests.error_kind.set(error.kind), self._requests.error_message.set(error.message)]

    def _untouched(self, seen: Request) -> Condition:
        m = self._requests
        same: Condition = (m.status == seen.status) & (m.attempts == seen.attempts)
        return same & (m.deadline == seen.deadline) if seen.status is Status.RUNNING else same

    def _current(self, running: Request) -> Condition:
        m = self._requests
        current: Condition = (m.status == Status.RUNNING) & (m.begun_by == running.attempt_token)
        return current

    def _noted_like(self, seen: Request) -> Condition:
        noted = self._requests.noted
        condition: Condition = noted.exists() if seen.noted else noted.does_not_exist()
        return condition

    def _change(self, request: Request, actions: list[Action], condition: Condition) -> None:
        """Without having the item sent back, payload and all: these two are what a worker does most."""
        table = self._requests.Meta.table_name
        with translated():
            self._connection.update_item(
                table, request.user_id, str(request.seq), actions=actions, condition=condition
            )

    def _update_request(self, request: Request, actions: list[Any], condition: Condition) -> Request:
        item = self._requests(request.user_id, request.seq)
        with translated():
            item.update(actions=actions, condition=condition)
        return to_request(item)


def _readable(items: Iterable[RequestItem]) -> list[Request]:
    """Those before the first one of a newer release. Raises NewerItemError if that is the first of all."""
    found = list[Request]()
    for item in items:
        try:
            found.append(to_request(item))
        except NewerItemError:
            if not found:
                raise
            break
    return found
