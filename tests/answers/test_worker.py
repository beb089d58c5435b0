"""One invocation of the worker: what becomes of the wake-up that started it, and of its process."""

from functools import cached_property
from types import SimpleNamespace
from typing import Any, Never

import pytest
from chalice.app import SQSEvent

from chalicelib.adapters.dynamodb.errors import SILENT
from chalicelib.adapters.memory.wake_ups import MemoryLease
from chalicelib.container import Container
from chalicelib.core.errors import UnavailableError
from chalicelib.core.queueing.handler import LONGEST_SHORT_TIMEOUT_S, handler
from chalicelib.core.queueing.lane import Lane
from chalicelib.core.queueing.registry import Registry
from chalicelib.functions import serving
from chalicelib.functions.serving import Server
from tests.answers.service import Service
from tests.e2e.users import User

MINUTE_MS = 60_000
SILENCE = UnavailableError(SILENT)


class EndedError(BaseException):
    """The process is gone."""


def end_process(code: int) -> Never:
    assert code
    raise EndedError


class Worker:
    """One process for each lane."""

    def __init__(self, service: Service, container: Container) -> None:
        self.service = service
        self.clock = service.clock
        self.servers = {lane: Server(container, lane, end_process) for lane in Lane}
        service.adapters.leases = lambda _, lane: MemoryLease(service.fifos[lane], self.receipt)

    def invoke(self, body: str | None = None, left_ms: int = MINUTE_MS, lane: Lane = Lane.QUICK) -> bool:
        """Whether the lane's next wake-up was served for good."""
        receipt = self.service.fifos[lane].receive()
        assert receipt is not None
        self.receipt = receipt
        record = {
            "messageId": "message",
            "receiptHandle": "handle",
            "body": receipt.body if body is None else body,
            "attributes": {"ApproximateReceiveCount": str(receipt.number)},
        }
        context: Any = SimpleNamespace(
            function_name="worker", aws_request_id="id", get_remaining_time_in_millis=lambda: left_ms
        )
        answer = self.servers[lane](SQSEvent({"Records": [record]}, context))
        if answer["batchItemFailures"]:
            return False
        self.service.fifos[lane].delete(receipt)
        return True

    def comes_back_after(self) -> float:
        """Seconds until the wake-up that was received last is handed out again."""
        return (self.receipt.message.visible_at - self.clock.now()) / 1000


@pytest.fixture
def worker(service: Service) -> Worker:
    return Worker(service, service.container)


class Stale:
    def hold(self, seconds: float) -> None:
        raise UnavailableError("The wake-up could not be held.")


def test_a_wake_up_is_served(worker: Worker, user: User) -> None:
    user.session.enqueue("echo", {"n": 1})

    assert worker.invoke()
    assert user.session.request(1)["status"] == "succeeded"


@pytest.mark.parametrize("body", ["", "null", "[]", "{}", '{"user": "a"}', '{"user": "a", "seq": "b"}'])
def test_a_message_that_is_no_wake_up_is_dropped(worker: Worker, user: User, body: str) -> None:
    user.session.enqueue("echo", {})

    assert worker.invoke(body)


def test_a_store_that_does_not_answer_is_asked_again_in_seconds(worker: Worker, user: User) -> None:
    user.session.enqueue("echo", {})
    worker.service.break_stores(SILENCE)

    assert not worker.invoke()
    assert worker.comes_back_after() == serving.UNAVAILABLE_S


def test_a_process_to_which_nothing_answers_is_ended(worker: Worker, user: User) -> None:
    """It may be the process that cannot call, for lack of descriptors, say."""
    user.session.enqueue("echo", {})
    worker.service.break_stores(SILENCE)
    for _ in range(serving.MOST_UNANSWERED - 1):
        assert not worker.invoke()
        worker.clock.advance(5_000)

    with pytest.raises(EndedError):
        worker.invoke()


def test_a_process_that_can_call_neither_the_store_nor_sqs_is_ended_at_once(
    worker: Worker, user: User
) -> None:
    """A handler has left it unable to call anything: the next wake-up would be another user's."""
    user.session.enqueue("echo", {})
    worker.service.break_stores(SILENCE)
    worker.service.adapters.leases = lambda handle, lane: Stale()

    with pytest.raises(EndedError):
        worker.invoke()


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), SystemExit(), MemoryError()])
def test_a_process_in_which_the_worker_itself_fails_is_ended(
    worker: Worker,
    user: User,
    error: BaseException,
) -> None:
    user.session.enqueue("echo", {})
    worker.service.break_stores(error)

    with pytest.raises(EndedError):
        worker.invoke()

    assert worker.comes_back_after() == serving.FAILED_S


class Unloadable(Container):
    @cached_property
    def handlers(self) -> Registry:
        raise ModuleNotFoundError("No module named 'rich'")


def test_handlers_that_cannot_be_loaded_end_the_process_too(service: Service, user: User) -> None:
    worker = Worker(service, Unloadable({}, lambda _: service.adapters))
    user.session.enqueue("echo", {})

    with pytest.raises(EndedError):
        worker.invoke()


def test_a_timer_that_another_has_taken_over_is_no_failure(worker: Worker, user: User) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", "not_before": "2027-01-15T08:00:10Z"})
    worker.service.adapters.leases = lambda handle, lane: Stale()

    assert not worker.invoke()


def test_what_does_not_fit_into_the_invocation_is_left_to_the_next_one(
    service: Service, worker: Worker, user: User
) -> None:
    @handler("longest", timeout=LONGEST_SHORT_TIMEOUT_S)
    def work(payload: dict[str, Any]) -> None: ...

    service.handlers.collect([work])

    user.session.enqueue("echo", {})
    user.session.enqueue("longest", {})

    assert worker.invoke(), "the second is for a slow worker"
    assert worker.invoke(left_ms=45_000, lane=Lane.SLOW)
    assert [user.session.request(seq)["status"] for seq in (1, 2)] == ["succeeded", "queued"]
    assert user.session.request(2)["attempts"] == 0

    assert worker.invoke(lane=Lane.SLOW), "it has rung again"
    assert user.session.request(2)["status"] == "succeeded"


def test_a_long_request_is_handed_to_a_long_worker_and_the_user_back_after_it(
    service: Service, worker: Worker, user: User
) -> None:
    @handler("minutes", timeout=300)
    def work(payload: dict[str, Any]) -> None: ...

    def ended() -> list[int]:
        return [seq for seq in (1, 2, 3) if user.session.request(seq)["status"] == "succeeded"]

    service.handlers.collect([work])
    for type_ in ("echo", "minutes", "echo"):
        user.session.enqueue(type_, {})

    assert worker.invoke()
    assert ended() == [1]
    assert worker.invoke(left_ms=15 * MINUTE_MS, lane=Lane.LONG)
    assert ended() == [1, 2]
    assert worker.invoke(), "the long worker has rung"
    assert ended() == [1, 2, 3]
