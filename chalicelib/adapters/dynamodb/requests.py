"""The requests, by user and number."""

from collections.abc import Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.entry_items import transaction_put
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.format import DURABLE
from chalicelib.adapters.dynamodb.keys import DynamoKeys
from chalicelib.adapters.dynamodb.models import RequestItem
from chalicelib.adapters.dynamodb.records import format_of, readable, request_attributes, to_request
from chalicelib.adapters.dynamodb.slots import DynamoSlots
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.dynamodb.texts import DynamoTexts
from chalicelib.adapters.dynamodb.transaction import commit
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status, StoppedBy, expiry
from chalicelib.core.time import Millis


class DynamoRequests(DynamoTexts, DynamoSlots):
    """The port `RequestStore`."""

    def __init__(self, tables: Tables, keys: DynamoKeys) -> None:
        super().__init__(tables)
        self._requests = tables.requests
        self._slots = tables.slots
        self._keys = keys
        self._entries = tables.entries

    def write(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        item = self._requests(**request_attributes(request))
        if key is None and request.slot is None:
            return self._put(item)
        place = item.get_save_kwargs_from_instance(condition=self._requests.user_id.does_not_exist())
        writes = [{"Put": place}]
        if key:
            writes.append({"Put": self._keys.transaction_put(request, key, last)})
        if request.slot is not None:
            writes.append(self._transaction_enter(request))
        return commit(self._connection, writes)

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
            return readable(self._requests.query(user_id, above, consistent_read=True, limit=limit))

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
        return readable(m.from_raw_data(item) for item in page["Items"])

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
        checks = () if seen.slot is None else (self._transaction_check(seen),)
        self._change(seen, actions, self._untouched(seen) & self._noted_like(seen), checks)
        return seen.begun(token, now, deadline)

    def finish(
        self, running: Request, outcome: Outcome, now: Millis, effects: Sequence[object] = ()
    ) -> Request:
        finished = running.ended(outcome, now)
        may_be_stopped = outcome.status is Status.CANCELLED
        condition = self._current(running) if may_be_stopped else self._unstopped(running)
        condition &= self._noted_like(running)
        actions = self._ending(running, finished)
        self._change(running, actions, condition, effects=[self._write_of(effect) for effect in effects])
        return finished

    def _write_of(self, effect: object) -> object:
        """An item of a transaction, of a follow-up or of whatever else a handler writes."""
        return {"Put": transaction_put(self._entries, effect)} if isinstance(effect, Entry) else effect

    def renew(self, running: Request, deadline: Millis) -> Request:
        actions: list[Action] = [self._requests.deadline.set(deadline)]
        return self._update_request(running, actions, self._current(running))

    def request_stop(
        self, seen: Request, by: StoppedBy, now: Millis, superseded_by: int | None = None
    ) -> Request:
        """A release that knows no stop cannot read the request until it has ended: it would run it again."""
        m = self._requests
        actions: list[Action] = [
            m.stop_requested_at.set(now),
            m.stopped_by.set(by),
            m.item_format.set(DURABLE),
        ]
        if superseded_by is not None:
            actions.append(m.superseded_by.set(superseded_by))
        return self._update_request(seen, actions, self._unstopped(seen))

    def is_stop_requested(self, running: Request) -> bool:
        wanted = ["seq", "stop_requested_at"]
        with translated():
            try:
                found = self._requests.get(
                    running.user_id, running.seq, consistent_read=True, attributes_to_get=wanted
                )
            except self._requests.DoesNotExist:
                return False
        return found.stop_requested_at is not None

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
        return self._update_request(running, actions, self._unstopped(running))

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
        return self._update_request(running, actions, self._unstopped(running))

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
            actions += [m.result_bytes.set(ended.result_bytes), m.item_format.set(format_of(ended))]
        elif ended.result is not None:
            actions.append(m.result.set(ended.result))
        if ended.superseded_by is not None:
            actions.append(m.superseded_by.set(ended.superseded_by))
        if ended.error:
            actions += self._failure(ended.error)
        elif before.error:
            actions += [m.error_kind.remove(), m.error_message.remove()]
        if before.stop_requested_at is not None:  # nothing is left that an older release could do wrong
            actions.append(m.item_format.set(format_of(ended)))
        return actions

    def _failure(self, error: Failure) -> list[Action]:
        return [self._requests.error_kind.set(error.kind), self._requests.error_message.set(error.message)]

    def _untouched(self, seen: Request) -> Condition:
        m = self._requests
        same: Condition = (m.status == seen.status) & (m.attempts == seen.attempts)
        if seen.status is not Status.RUNNING:
            return same
        asked = seen.stop_requested_at
        stop: Condition = (
            m.stop_requested_at.does_not_exist() if asked is None else m.stop_requested_at == asked
        )
        running: Condition = same & (m.deadline == seen.deadline) & stop
        return running

    def _current(self, running: Request) -> Condition:
        m = self._requests
        current: Condition = (m.status == Status.RUNNING) & (m.begun_by == running.attempt_token)
        return current

    def _unstopped(self, running: Request) -> Condition:
        """The attempt is the current one, and nobody has asked to stop it."""
        unstopped: Condition = self._current(running) & self._requests.stop_requested_at.does_not_exist()
        return unstopped

    def _noted_like(self, seen: Request) -> Condition:
        noted = self._requests.noted
        condition: Condition = noted.exists() if seen.noted else noted.does_not_exist()
        return condition

    def _change(
        self,
        request: Request,
        actions: list[Action],
        condition: Condition,
        checks: Sequence[dict[str, Any]] = (),
        effects: Sequence[object] = (),
    ) -> None:
        """Without having the item sent back, payload and all: these two are what a worker does most."""
        if checks or effects:
            item = self._requests(request.user_id, request.seq)
            update = item.get_update_kwargs_from_instance(actions=actions, condition=condition)
            return commit(self._connection, [{"Update": update}, *checks], effects)
        table = self._requests.Meta.table_name
        with translated():
            self._connection.update_item(
                table, request.user_id, str(request.seq), actions=actions, condition=condition
            )
        return None

    def _update_request(self, request: Request, actions: list[Any], condition: Condition) -> Request:
        item = self._requests(request.user_id, request.seq)
        with translated():
            item.update(actions=actions, condition=condition)
        return to_request(item)
