"""What other threads do with a FIFO queue at the worst moment. LocalStack's own Python runs this program.

It ends with a traceback if LocalStack cannot bear it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from localstack.services.sqs import models
from localstack.services.sqs.models import FifoQueue

from gurukool_localstack import fifo
from gurukool_localstack.event_sources import GroupDispatcher

ACCOUNT = "000000000000"


class Mutex:
    """As a queue's, but that another thread does something when it is free again."""

    def __init__(self, queue: FifoQueue, meanwhile: Callable[[], None]) -> None:
        self._mutex, self._queue, self._meanwhile = queue.mutex, queue, meanwhile
        queue.mutex = self

    def __enter__(self) -> None:
        self._mutex.acquire()

    def __exit__(self, *_: object) -> None:
        self._mutex.release()
        self._queue.mutex = self._mutex
        in_another_thread(self._meanwhile)


def in_another_thread(action: Callable[[], None]) -> None:
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


def queue_with(*bodies: str, **attributes: str) -> FifoQueue:
    queue = FifoQueue("queue.fifo", "us-east-1", ACCOUNT, attributes)
    for body in bodies:
        send(queue, body)
    return queue


def send(queue: FifoQueue, body: str) -> None:
    message = {"Body": body, "MessageId": body, "Attributes": {}}
    queue.put(message, message_deduplication_id=body, message_group_id="group")


def bodies(result: Any) -> list[str]:
    return [message.message["Body"] for message in result.successful]


def a_later_message_is_sent_and_wanted() -> None:
    """While a receiver has taken the first two and not marked them yet."""
    queue, received = queue_with("1", "2"), list[str]()

    def meanwhile() -> None:
        send(queue, "3")
        received.extend(bodies(queue.receive(10)))

    Mutex(queue, meanwhile)
    result = queue.receive(2)
    assert (bodies(result), received) == (["1", "2"], [])
    for receipt in result.receipt_handles:
        queue.remove(receipt)
    assert bodies(queue.receive(10)) == ["3"]


def a_later_message_is_sent_while_one_is_not_made_invisible() -> None:
    queue = queue_with("1")
    Mutex(queue, lambda: send(queue, "2"))
    assert bodies(queue.receive(1, visibility_timeout=0)) == ["1"]
    assert bodies(queue.receive(10)) == ["1", "2"]


def a_later_message_is_sent_while_one_becomes_a_dead_letter() -> None:
    queue = queue_with("1", RedrivePolicy='{"deadLetterTargetArn": "arn", "maxReceiveCount": "1"}')
    queue.receive(1, visibility_timeout=0)
    Mutex(queue, lambda: send(queue, "2"))
    result = queue.receive(1)
    assert (bodies(result), len(result.dead_letter_messages)) == ([], 1)
    queue.update_message_group_visibility(queue.get_message_group("group"))  # as the provider does
    assert bodies(queue.receive(10)) == ["2"]


@contextmanager
def clock_ahead() -> Iterator[None]:
    """An hour, for all that LocalStack does with queues."""
    models.time = SimpleNamespace(time=lambda: time.time() + 3_600)
    yield
    models.time = time


def the_clock_is_set_back() -> None:
    with clock_ahead():
        queue = queue_with("1", "2")
    send(queue, "3")
    assert bodies(queue.receive(10)) == ["1", "2", "3"]


def the_clock_is_set_back_while_a_message_is_delayed() -> None:
    with clock_ahead():
        queue = queue_with("1", DelaySeconds="900")
    queue.enqueue_delayed_messages()
    assert bodies(queue.receive(10)) == []
    (message,) = queue.delayed
    message.priority -= 901  # what is left of the delay passes
    queue.enqueue_delayed_messages()
    assert bodies(queue.receive(10)) == ["1"]


def the_clock_is_set_forward_between_two_messages_with_one_id() -> None:
    queue = queue_with("1")
    with clock_ahead():
        send(queue, "1")
    assert bodies(queue.receive(10)) == ["1"]


def a_message_comes_back_after_the_clock_was_set_back() -> None:
    with clock_ahead():
        queue = queue_with("1")
    (receipt,) = queue.receive(1).receipt_handles
    send(queue, "2")
    assert bodies(queue.receive(10)) == []
    queue.update_visibility_timeout(receipt, 0)
    assert bodies(queue.receive(10)) == ["1", "2"]


def the_clock_is_set_forward_while_a_message_is_in_flight() -> None:
    queue = queue_with("1", "2")
    (receipt,) = queue.receive(1, visibility_timeout=600).receipt_handles
    with clock_ahead():
        queue.requeue_inflight_messages()
        assert bodies(queue.receive(10)) == []
        queue.remove(receipt)
    assert bodies(queue.receive(10)) == ["2"]


def a_message_is_sent_after_the_delay_was_made_shorter() -> None:
    queue = queue_with("1", DelaySeconds="900")
    queue.update_delay_seconds(0)
    send(queue, "2")
    assert bodies(queue.receive(10)) == []
    queue.enqueue_delayed_messages()
    assert bodies(queue.receive(10)) == ["1", "2"]


def two_messages_with_one_id_are_sent() -> None:
    queue, entered = queue_with(), list[bool]()

    def enter() -> None:
        entered.append(queue.mutex.acquire(blocking=False))
        if entered[-1]:
            queue.mutex.release()

    class Ids(OrderedDict[str, Any]):
        def get(self, *args: Any) -> Any:
            in_another_thread(enter)
            return super().get(*args)

    queue.deduplication = Ids()
    send(queue, "1")
    assert entered == [False], "nobody else sends between the look and the note"


def ids_are_noted_for_five_minutes() -> None:
    queue = queue_with("1", "2")
    queue.deduplication["1"].priority -= 300
    queue.deduplication["2"].priority -= 200
    send(queue, "3")
    assert list(queue.deduplication) == ["2", "3"]


def more_messages_are_there_than_free_slots() -> None:
    asked, may_end = list[int](), threading.Semaphore(0)

    def receive_message(*, MaxNumberOfMessages: int, **_: Any) -> Any:  # noqa: N803  (its name in boto3)
        groups = (f"group-{len(asked)}-{n}" for n in range(MaxNumberOfMessages))
        asked.append(MaxNumberOfMessages)
        return {"Messages": [{"Attributes": {"MessageGroupId": group}} for group in groups]}

    client = SimpleNamespace(receive_message=receive_message)
    poller = SimpleNamespace(
        batch_size=10, source_client=client, queue_url="", handle_messages=lambda _: may_end.acquire()
    )
    worker: Any = SimpleNamespace(
        esm_config={"ScalingConfig": {"MaximumConcurrency": 3}},
        poller=poller,
        uuid="one",
        _shutdown_event=threading.Event(),
    )
    dispatcher = GroupDispatcher(worker)
    dispatcher.poll()
    may_end.release()
    dispatcher.poll()
    assert asked == [3, 1]
    may_end.release(3)
    dispatcher.close()


def a_group_gets_its_first_message() -> None:
    groups = FifoQueue("queue.fifo", "us-east-1", ACCOUNT).message_groups
    groups["one"] = "one"
    for _ in groups.values():
        groups["other"] = "other"


if __name__ == "__main__":
    fifo.install()
    a_later_message_is_sent_and_wanted()
    a_later_message_is_sent_while_one_is_not_made_invisible()
    a_later_message_is_sent_while_one_becomes_a_dead_letter()
    the_clock_is_set_back()
    the_clock_is_set_back_while_a_message_is_delayed()
    the_clock_is_set_forward_between_two_messages_with_one_id()
    a_message_comes_back_after_the_clock_was_set_back()
    the_clock_is_set_forward_while_a_message_is_in_flight()
    a_message_is_sent_after_the_delay_was_made_shorter()
    two_messages_with_one_id_are_sent()
    ids_are_noted_for_five_minutes()
    more_messages_are_there_than_free_slots()
    a_group_gets_its_first_message()
