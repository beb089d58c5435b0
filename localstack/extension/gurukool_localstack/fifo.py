"""FIFO queues: what of a message group can be received, as on AWS, and punctual visibility timeouts.

- Of a group, those messages can be received that are visible and before the first one in flight. LocalStack
  locks the whole group, and unlocks all of it when one of its messages becomes visible again. AWS's answers
  are recorded in LocalStack's tests, for example in
  `test_fifo_group_visibility_extends_with_change_message_visibility`.
- An invisible message kept the messages of all later groups from becoming visible again.
"""

from localstack.services.sqs.models import FifoQueue, MessageGroup, SqsMessage, SqsQueue
from localstack.services.sqs.provider import QueueUpdateWorker
from localstack.utils.scheduler import Scheduler
from localstack.utils.threads import start_thread

_PERIOD_SECONDS = 0.1  # LocalStack's is 1 s


def install() -> None:
    FifoQueue.requeue_inflight_messages = SqsQueue.requeue_inflight_messages
    FifoQueue.get_message_group = _get_message_group
    FifoQueue._put_message = _put_message  # noqa: SLF001  (LocalStack's name)
    FifoQueue.update_message_group_visibility = _update_visibility
    QueueUpdateWorker.start = _start


class Group(MessageGroup):  # type: ignore[misc]  # LocalStack ships no types
    """The messages of a group that are not in flight, the oldest first."""

    def __init__(self, group_id: str, queue: FifoQueue) -> None:
        super().__init__(group_id)
        self._queue = queue

    def pop(self) -> SqsMessage:
        """Takes the oldest message. Raises IndexError if none can be received."""
        if not self.is_receivable():
            raise IndexError
        return super().pop()

    def is_receivable(self) -> bool:
        """Whether there is a message, and an older one is not in flight."""
        if self.empty():
            return False
        return all(self.messages[0] < message for message in self._in_flight())

    def is_idle(self) -> bool:
        """Whether there is no message, not even in flight."""
        return self.empty() and not self._in_flight()

    def _in_flight(self) -> list[SqsMessage]:
        return [
            message for message in self._queue.inflight if message.message_group_id == self.message_group_id
        ]


def _get_message_group(queue: FifoQueue, group_id: str) -> Group:
    with queue.mutex:
        group: Group = queue.message_groups.setdefault(group_id, Group(group_id, queue))
        return group


def _put_message(queue: FifoQueue, message: SqsMessage) -> None:
    """Puts a new message, or one whose visibility timeout has ended, into its group."""
    group = queue.get_message_group(message.message_group_id)
    with queue.mutex:
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
