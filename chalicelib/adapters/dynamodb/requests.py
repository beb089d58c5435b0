"""The requests, by user and number."""

from collections.abc import Sequence
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.adapters.dynamodb.errors import translated
from chalicelib.adapters.dynamodb.models import RequestItem
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.core.request import Failure, Millis, Outcome, Request, Status

KEPT_S = 7 * 24 * 3600  # how long a request is kept after its outcome


class DynamoRequests:
    def __init__(self, tables: Tables) -> None:
        self._requests = tables.requests

    def write(self, request: Request) -> None:
        self._put(self._requests(**to_attributes(request)))

    def void(self, user_id: str, seq: int, now: Millis) -> None:
        void = Request(user_id, seq, "void", "null", Status.VOID, enqueued_at=now)
        self._put(self._requests(**to_attributes(void), expires_at=now // 1000 + KEPT_S))

    def _put(self, item: RequestItem) -> None:
        with translated():
            item.save(condition=self._requests.user_id.does_not_exist())

    def request(self, user_id: str, seq: int) -> Request | None:
        with translated():
            try:
                return to_request(self._requests.get(user_id, seq, consistent_read=True))
            except self._requests.DoesNotExist:
                return None

    def requests(self, user_id: str, after: int, limit: int) -> Sequence[Request]:
        with translated():
            above = self._requests.seq > after
            found = self._requests.query(user_id, above, consistent_read=True, limit=limit)
            return [to_request(item) for item in found]

    def begin(self, seen: Request, by: str, now: Millis, deadline: Millis) -> Request:
        m = self._requests
        return self._update_request(
            seen,
            [
                m.status.set(Status.RUNNING),
                m.attempts.set(seen.attempts + 1),
                m.begun_by.set(by),
                m.started_at.set(now),
                m.deadline.set(deadline),
            ],
            (m.status == seen.status) & (m.attempts == seen.attempts),
        )

    def finish(self, running: Request, outcome: Outcome, now: Millis) -> Request:
        m = self._requests
        actions: list[Action] = [
            m.status.set(outcome.status),
            m.finished_at.set(now),
            m.expires_at.set(now // 1000 + KEPT_S),
            m.deadline.remove(),
        ]
        if outcome.result is not None:
            actions.append(m.result.set(outcome.result))
        if outcome.error:
            actions += self._error(outcome.error)
        elif running.error:
            actions += [m.error_kind.remove(), m.error_message.remove()]
        return self._update_request(running, actions, self._current(running))

    def put_back(self, running: Request, not_before: Millis, error: Failure) -> Request:
        m = self._requests
        actions: list[Action] = [
            m.status.set(Status.QUEUED),
            m.not_before.set(not_before),
            m.deadline.remove(),
        ]
        return self._update_request(running, actions + self._error(error), self._current(running))

    def _error(self, error: Failure) -> list[Action]:
        return [self._requests.error_kind.set(error.kind), self._requests.error_message.set(error.message)]

    def _current(self, running: Request) -> Condition:
        m = self._requests
        current: Condition = (m.status == Status.RUNNING) & (m.begun_by == running.begun_by)
        return current

    def _update_request(self, request: Request, actions: list[Action], condition: Condition) -> Request:
        item = self._requests(request.user_id, request.seq)
        with translated():
            item.update(actions=actions, condition=condition)
        return to_request(item)


def to_attributes(request: Request) -> dict[str, Any]:
    """What is stored of a request that was never begun."""
    return {
        "user_id": request.user_id,
        "seq": request.seq,
        "type": request.type,
        "payload": request.payload,
        "status": request.status,
        "enqueued_at": request.enqueued_at,
        "attempts": request.attempts,
        "not_before": request.not_before,
    }


def to_request(item: RequestItem) -> Request:
    return Request(
        user_id=item.user_id,
        seq=int(item.seq),
        type=item.type,
        payload=item.payload,
        status=Status(item.status),
        enqueued_at=int(item.enqueued_at),
        attempts=int(item.attempts),
        begun_by=item.begun_by,
        not_before=_whole(item.not_before),
        started_at=_whole(item.started_at),
        deadline=_whole(item.deadline),
        finished_at=_whole(item.finished_at),
        result=item.result,
        error=Failure(item.error_kind, item.error_message or "") if item.error_kind else None,
    )


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
