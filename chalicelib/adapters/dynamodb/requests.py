"""The requests, by user and number."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.entry_items import transaction_put
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.keys import DynamoKeys
from chalicelib.adapters.dynamodb.models import RequestItem
from chalicelib.adapters.dynamodb.paging import all_but_payload, first_page
from chalicelib.adapters.dynamodb.records import format_of, readable, request_attributes, to_request
from chalicelib.adapters.dynamodb.request_changes import DynamoSteering
from chalicelib.adapters.dynamodb.request_keys import key_of_new, keys_of_ended
from chalicelib.adapters.dynamodb.slots import DynamoSlots
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.dynamodb.texts import DynamoTexts
from chalicelib.adapters.dynamodb.transaction import commit
from chalicelib.core.queueing.cause import ended, has_room
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.idempotency import IdempotencyKey
from chalicelib.core.queueing.request import Failure, Outcome, Request, Status
from chalicelib.core.queueing.retention import expiry
from chalicelib.core.time import Millis

if TYPE_CHECKING:
    from chalicelib.core.queueing.matching import Found, Match


class DynamoRequests(DynamoSteering, DynamoTexts, DynamoSlots):
    """The port `RequestStore`."""

    def __init__(self, tables: Tables, keys: DynamoKeys) -> None:
        super().__init__(tables)
        self._tables = tables
        self._requests = tables.requests
        self._slots = tables.slots
        self._keys = keys
        self._entries = tables.entries

    def write(self, request: Request, key: IdempotencyKey | None = None, last: int = 0) -> None:
        item = self._requests(**request_attributes(request), **key_of_new(self._tables, request))
        if key is None and request.slot is None:
            return self._put(item)
        place = item.get_save_kwargs_from_instance(condition=self._requests.user_id.does_not_exist())
        writes = [{"Put": place}]
        if key:
            writes.append({"Put": self._keys.transaction_put(request, key, last)})
        if request.slot is not None:
            writes.append(self._transaction_enter(request))
        return commit(self._connection, writes)

    def void(self, user_id: str, seq: int, now: Millis, *, expires_at: Millis | None = None) -> None:
        """A late writer, or a later request of the same batch, reads the void in the table: its number was
        given up.
        """
        void = Request(user_id, seq, "void", "null", Status.VOID, enqueued_at=now, expires_at=expires_at)
        self._put(self._requests(**request_attributes(void)))

    def _put(self, item: RequestItem) -> None:
        past_conflicts(lambda: item.save(condition=self._requests.user_id.does_not_exist()))

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
        wanted = all_but_payload(m)
        with translated():
            page = first_page(m, user_id, m.seq > after, limit, wanted)
        return readable(page)

    def list_matching(self, user_id: str, after: int, last: int, limit: int, match: "Match") -> "Found":
        from chalicelib.adapters.dynamodb.matching import list_matching

        with translated():
            return list_matching(self._requests, user_id, after, last, limit=limit, match=match)

    def list_indexed(self, user_id: str, after: int, last: int, limit: int, match: "Match") -> "Found":
        from chalicelib.adapters.dynamodb.indexed import list_indexed

        with translated():
            return list_indexed(self._tables, user_id, after, last, limit=limit, match=match)

    def begin(
        self,
        seen: Request,
        token: str,
        now: Millis,
        deadline: Millis,
        *,
        paced_until: Millis | None = None,
    ) -> Request:
        m = self._requests
        actions: list[Action] = [
            m.status.set(Status.RUNNING),
            m.attempts.set(seen.attempts + 1),
            m.begun_by.set(token),
            m.started_at.set(now),
            m.deadline.set(deadline),
            m.unfit_since.remove(),
        ]
        if seen.awaits is not None:
            actions.append(m.awaits.remove())
        if paced_until is not None:
            actions.append(m.paced_until.set(paced_until))
        checks = () if seen.slot is None else (self._transaction_check(seen),)
        condition = self._unforgiven_since(seen) & self._noted_like(seen) & self._eventful_like(seen)
        self._change(seen, actions, condition, checks)
        return seen.begun(token, now, deadline, paced_until)

    def finish(
        self,
        running: Request,
        outcome: Outcome,
        now: Millis,
        effects: Sequence[object] = (),
        *,
        crashed: bool = False,
    ) -> Request:
        finished = ended(running, outcome, now)
        may_be_stopped = outcome.status is Status.CANCELLED
        condition = self._current(running) if may_be_stopped else self._unstopped(running)
        if crashed:
            condition &= self._untouched(running)
        condition &= self._noted_like(running) & self._eventful_like(running)
        actions = self._ending(running, finished)
        self._change(running, actions, condition, effects=[self._write_of(effect) for effect in effects])
        return finished

    def _write_of(self, effect: object) -> object:
        """An item of a transaction, of a follow-up or of whatever else a handler writes."""
        if not isinstance(effect, Entry):
            return effect
        return {"Put": transaction_put(self._entries, effect, self._tables.shards)}

    def requeue(
        self, running: Request, not_before: Millis | None, error: Failure, *, crashed: bool = False
    ) -> Request:
        m = self._requests
        actions = [m.status.set(Status.QUEUED), m.deadline.remove(), *self._failure(error)]
        actions.append(m.not_before.remove() if not_before is None else m.not_before.set(not_before))
        if running.call and not has_room(running, error.message):
            actions.append(m.call.remove())
        condition = self._unstopped(running)
        if crashed:
            condition &= self._untouched(running)
        return self._update_request(running, actions, condition)

    def settle(self, seen: Request, outcome: Outcome, now: Millis) -> Request:
        actions = self._ending(seen, ended(seen, outcome, now))
        return self._update_request(seen, actions, self._unforgiven_since(seen))

    def cancel(self, seen: Request, now: Millis) -> Request:
        return self._update_request(seen, self._ending(seen, seen.cancelled(now)), self._untouched(seen))

    def schedule_expiry(self, request: Request, now: Millis) -> None:
        m, expires_at = self._requests, request.expires_at or expiry(now, request.retention_ms)
        if request.expires_at is None or request.unkeyed:
            actions = [m.expires_at.set(expires_at // 1000), *keys_of_ended(self._tables, request)]
            self._change(request, actions, m.user_id.exists())
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

    def _ending(self, before: Request, after: Request) -> list[Action]:
        m = self._requests
        actions: list[Action] = [m.status.set(after.status), m.deadline.remove()]
        actions += keys_of_ended(self._tables, after)
        if after.finished_at is not None:
            actions.append(m.finished_at.set(after.finished_at))
        if after.expires_at is not None:
            actions.append(m.expires_at.set(after.expires_at // 1000))
        actions += self._ending_texts(after)
        if after.superseded_by is not None:
            actions.append(m.superseded_by.set(after.superseded_by))
        if after.error:
            actions += self._failure(after.error)
        elif before.error:
            actions += [m.error_kind.remove(), m.error_message.remove()]
        if before.call and not after.call:
            actions.append(m.call.remove())
        if before.stop_requested_at is not None:  # nothing is left that an older release could do wrong
            actions.append(m.item_format.set(format_of(after)))
        return actions

    def _ending_texts(self, after: Request) -> list[Action]:
        m = self._requests
        if after.result_bytes:
            return [m.result_bytes.set(after.result_bytes), m.item_format.set(format_of(after))]
        if after.result is not None:
            return [m.result.set(after.result)]
        goes = after.status is Status.VOID and not after.payload_bytes
        return [m.payload.set(after.payload)] if goes else []
