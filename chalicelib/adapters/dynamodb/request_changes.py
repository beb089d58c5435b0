"""The changes of one request, and the conditions under which they are made."""

from collections.abc import Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.constants import ALL_NEW, ATTRIBUTES
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.conflicts import past_conflicts
from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.models import RequestItem
from chalicelib.adapters.dynamodb.records import durable_format, to_request
from chalicelib.adapters.dynamodb.transaction import commit
from chalicelib.core.queueing.request import Failure, Request, Status, StoppedBy
from chalicelib.core.time import Millis


class RequestChanges:
    """What all writes of a request that exists are made of."""

    _requests: type[RequestItem]
    _connection: Connection

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

    def _unforgiven_since(self, seen: Request) -> Condition:
        """Nobody has changed it, nor let its failed attempts no longer count."""
        forgiven, known = self._requests.forgiven, seen.forgiven_attempts
        same: Condition = (forgiven == known) if known else (forgiven.does_not_exist() | (forgiven == 0))
        unforgiven: Condition = self._untouched(seen) & same
        return unforgiven

    def _current(self, running: Request) -> Condition:
        m = self._requests
        current: Condition = (m.status == Status.RUNNING) & (m.begun_by == running.attempt_token)
        return current

    def _unstopped(self, running: Request) -> Condition:
        """The attempt is the current one, and nobody has asked to stop it."""
        unstopped: Condition = self._current(running) & self._requests.stop_requested_at.does_not_exist()
        return unstopped

    def _noted_like(self, seen: Request) -> Condition:
        return _is_set(self._requests.noted, seen.noted)

    def _eventful_like(self, seen: Request) -> Condition:
        return _is_set(self._requests.eventful, seen.eventful)

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
        return self._update(request.user_id, request.seq, actions, condition)

    def _update(self, user_id: str, seq: int, actions: list[Action], condition: Condition) -> None:
        table, place = self._requests.Meta.table_name, str(seq)
        past_conflicts(
            lambda: self._connection.update_item(table, user_id, place, actions=actions, condition=condition)
        )

    def _update_request(self, request: Request, actions: list[Any], condition: Condition) -> Request:
        table, seq = self._requests.Meta.table_name, str(request.seq)
        answer = past_conflicts(
            lambda: self._connection.update_item(
                table, request.user_id, seq, actions=actions, condition=condition, return_values=ALL_NEW
            )
        )
        return to_request(self._requests.from_raw_data(answer[ATTRIBUTES]))


class DynamoSteering(RequestChanges):
    """The writes of the port `RequestStore` that steer an attempt, or a request between two of them."""

    def renew(self, running: Request, deadline: Millis, *, shortens: bool = False) -> Request:
        stored, condition = self._requests.deadline, self._current(running)
        if not shortens:
            condition &= stored <= deadline
        return self._update_request(running, [stored.set(deadline)], condition)

    def request_stop(
        self, seen: Request, by: StoppedBy, now: Millis, superseded_by: int | None = None
    ) -> Request:
        """A release that knows no stop cannot read the request until it has ended: it would run it again."""
        m = self._requests
        actions: list[Action] = [
            m.stop_requested_at.set(now),
            m.stopped_by.set(by),
            m.item_format.set(durable_format(seen)),
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
        return self._update_request(seen, [m.noted.set(1), m.item_format.set(durable_format(seen))], same)

    def mark_eventful(self, running: Request) -> None:
        m = self._requests
        actions: list[Action] = [m.eventful.set(1), m.item_format.set(durable_format(running))]
        self._change(running, actions, self._current(running))

    def note_overrun(self, user_id: str, seq: int, token: str) -> None:
        m = self._requests
        current: Condition = (m.status == Status.RUNNING) & (m.begun_by == token)
        self._update(user_id, seq, [m.overran.set(token)], current)

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


def _is_set(attribute: Any, is_set: bool) -> Condition:
    condition: Condition = attribute.exists() if is_set else attribute.does_not_exist()
    return condition
