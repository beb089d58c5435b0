"""FIFO queues: what of a message group can be received, as on AWS, and punctual visibility timeouts.

- Of a group, those messages can be received that are visible and before the first one in flight. LocalStack
  locks the whole group, and unlocks all of it when one of its messages becomes visible again. AWS's answers
  are recorded in LocalStack's tests, for example in
  `test_fifo_group_visibility_extends_with_change_message_visibility`.
- Messages are in the order of their sequence numbers. LocalStack sorts them by the time at which they were
  sent, so after the clock was set back, messages overtook those that were sent before that. A delayed message
  was overtaken by those that were sent after the delay of the queue was made shorter.
- A message in flight becomes visible when its time-out has passed, and a delayed one when its delay has, even
  if the clock is set forward or back; so do those of standard queues. Ids of deduplication are kept for five
  minutes likewise.
- An invisible message kept the messages of all later groups from becoming visible again.
- A receiver takes a message out of its group and marks it as in flight a moment later. In between, another
  receiver could get a later message of the group.
- The ids of deduplication were kept for ever, with their messages, and two messages with one id were accepted
  if they were sent at the same time.
- A call for the attributes of a queue failed if the first message of a group was sent just then.
"""

import operator
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from localstack.services.sqs.constants import DEDUPLICATION_INTERVAL_IN_SEC
from localstack.services.sqs.models import FifoQueue, MessageGroup, SqsMessage, SqsQueue
from localstack.services.sqs.provider import QueueUpdateWorker
from localstack.utils.scheduler import Scheduler
from localstack.utils.threads import start_thread

from gurukool_localstack.shared_dict import SharedDict

_PERIOD_SECONDS = 0.1  # LocalStack's is 1 s

_stock_message_init = SqsMessage.__init__
_stock_init = FifoQueue.__init__
_stock_put = FifoQueue.put
_stock_receive = FifoQueue.receive


def install() -> None:
    FifoQueue.__init__ = _init
    FifoQueue.put = _put
    FifoQueue.receive = _receive
    FifoQueue.add_inflight_message = _add_in_flight
    FifoQueue.requeue_inflight_messages = SqsQueue.requeue_inflight_messages
    FifoQueue.get_message_group = _get_message_group
    FifoQueue._put_message = _put_message  # noqa: SLF001  (LocalStack's name)
    FifoQueue.update_message_group_visibility = _update_visibility
    QueueUpdateWorker.start = _start
    SqsMessage.__init__ = _init_message
    SqsMessage.is_delayed = property(_is_delayed)
    SqsMessage.set_last_received = _set_last_received
    SqsMessage.update_visibility_timeout = _set_visibility_timeout
    SqsMessage.is_visible = property(_is_visible)
    for comparison in ("__lt__", "__le__", "__gt__", "__ge__"):
        setattr(SqsMessage, comparison, _by_place(getattr(operator, comparison)))


def _by_place(compare: Callable[[float, float], bool]) -> Callable[[SqsMessage, SqsMessage], bool]:
    return lambda message, other: compare(_place(message), _place(other))


def _place(message: SqsMessage) -> float:
    """Of a message in its queue: its sequence number. Messages of standard queues have none."""
    return message.priority if message.sequence_number is None else int(message.sequence_number)


def _init_message(message: SqsMessage, *args: Any, **options: Any) -> None:
    """LocalStack has the time there, and reckons the five minutes of deduplication from it."""
    _stock_message_init(message, *args, **options)
    message.priority = time.monotonic()


def _is_delayed(message: SqsMessage) -> bool:
    return message.delay_seconds is not None and time.monotonic() < message.priority + message.delay_seconds


def _set_last_received(message: SqsMessage, timestamp: float) -> None:
    message.last_received = timestamp
    _set_visibility_timeout(message, message.visibility_timeout)


def _set_visibility_timeout(message: SqsMessage, seconds: float) -> None:
    message.visibility_timeout = seconds
    message.visibility_deadline = time.monotonic() + seconds


def _is_visible(message: SqsMessage) -> bool:
    return message.visibility_deadline is None or time.monotonic() >= message.visibility_deadline


class Group(MessageGroup):  # type: ignore[misc]  # LocalStack ships no types
    """The messages of a group that are not in flight, the oldest first. Its user holds the queue's mutex."""

    def __init__(self, group_id: str, queue: FifoQueue) -> None:
        super().__init__(group_id)
        self._queue = queue
        self._taken: dict[SqsMessage, int] = {}  # by receivers that have not marked them yet: their threads

    def pop(self) -> SqsMessage:
        """Takes the oldest message. Raises IndexError if none can be received."""
        while self.is_receivable():
            message = super().pop()
            if not message.deleted:
                self._taken[message] = threading.get_ident()
                return message
        raise IndexError

    def settle(self, message: SqsMessage) -> None:
        """The receiver has marked the message as in flight, put it back, or given it up as a dead letter."""
        self._taken.pop(message, None)

    def is_receivable(self) -> bool:
        """Whether there is a message, and an older one is neither in flight nor delayed."""
        if self.empty():
            return False
        before = (*self._in_flight(), *self._of(self._queue.delayed))
        return all(self.messages[0] < message for message in before)

    def is_idle(self) -> bool:
        """Whether there is no message, not even in flight."""
        return self.empty() and not self._in_flight()

    def _in_flight(self) -> list[SqsMessage]:
        """With those that other threads have taken. A thread may take several messages of a group at once."""
        own = threading.get_ident()
        taken = [message for message, thread in self._taken.items() if thread != own]
        return taken + self._of(self._queue.inflight)

    def _of(self, messages: Iterable[SqsMessage]) -> list[SqsMessage]:
        return [message for message in messages if message.message_group_id == self.message_group_id]


def _init(queue: FifoQueue, *args: Any, **options: Any) -> None:
    _stock_init(queue, *args, **options)
    queue.message_groups = SharedDict()
    queue.deduplication = OrderedDict()  # the oldest first


def _put(queue: FifoQueue, *args: Any, **options: Any) -> SqsMessage:
    with queue.mutex:
        expired = time.monotonic() - DEDUPLICATION_INTERVAL_IN_SEC
        while queue.deduplication and next(iter(queue.deduplication.values())).priority <= expired:
            queue.deduplication.popitem(last=False)
        return _stock_put(queue, *args, **options)


def _receive(queue: FifoQueue, *args: Any, **options: Any) -> Any:
    """LocalStack's provider offers the groups of dead letters again."""
    result = _stock_receive(queue, *args, **options)
    with queue.mutex:
        for message in result.dead_letter_messages:
            queue.get_message_group(message.message_group_id).settle(message)
    return result


def _add_in_flight(queue: FifoQueue, message: SqsMessage) -> None:
    with queue.mutex:
        SqsQueue.add_inflight_message(queue, message)
        queue.get_message_group(message.message_group_id).settle(message)


def _get_message_group(queue: FifoQueue, group_id: str) -> Group:
    with queue.mutex:
        group: Group = queue.message_groups.setdefault(group_id, Group(group_id, queue))
        return group


def _put_message(queue: FifoQueue, message: SqsMessage) -> None:
    """Puts a new message, or one whose visibility timeout has ended, into its group."""
    group = queue.get_message_group(message.message_group_id)
    with queue.mutex:
        group.settle(message)
        was_empty = group.empty()
        group.push(message)
        if group in queue.inflight_groups:
            queue.update_message_group_visibility(group)
        elif was_empty:
            queue.message_group_queue.put_nowait(group)


def _update_visibility(queue: FifoQueue, group: Group) -> None:
    """Offers a group of which nothing could be received again, if something can now."""
    with queue.mutex:
        if group not in queue.inflight_groups:
            return
        if group.is_receivable():
            queue.inflight_groups.remove(group)
            queue.message_group_queue.put_nowait(group)
        elif group.is_idle():
            queue.inflight_groups.remove(group)


def _start(worker: QueueUpdateWorker) -> None:
    with worker.mutex:
        if worker.thread:
            return
        scheduler = Scheduler()
        scheduler.schedule(worker.do_update_all_queues, period=_PERIOD_SECONDS)
        worker.scheduler = scheduler
        worker.thread = start_thread(lambda *_: scheduler.run(), name="sqs-queue-update-worker")
