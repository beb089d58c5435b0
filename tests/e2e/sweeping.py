"""The sweeper, run by hand, and what it is there for."""

import json

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.request import Request, Status
from chalicelib.core.time import Millis
from infra.target import LOCAL_REGION
from tests.conftest import DeployedStack
from tests.e2e.users import User

SCHEDULED = {
    "version": "0",
    "account": "000000000000",
    "region": LOCAL_REGION,
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-21T00:00:00Z",
    "id": "0",
    "resources": [],
}


def sweep(stack: DeployedStack) -> None:
    answer = stack.emulator.client("lambda").invoke(
        FunctionName=stack.outputs["SweeperFunction"], Payload=json.dumps(SCHEDULED)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def take_number(store: DynamoStore, user: User, now: Millis) -> int:
    """On a queue that has not moved since."""
    queue = store.queues.get(user.user_id)
    assert queue is not None
    [session_id] = queue.sessions
    store.queues.advance(queue, Progress.none(queue, now), now)
    return store.queues.take_numbers(user.user_id, session_id, 1, now).tail


def accept_without_wake_up(store: DynamoStore, user: User, now: Millis, type_: str = "echo") -> Request:
    seq = take_number(store, user, now)
    request = Request(user.user_id, seq, type_, '{"number": 1}', Status.QUEUED, enqueued_at=now)
    store.requests.write(request)
    return request
