"""Fixes two defects of LocalStack's FIFO queues, and ends visibility timeouts more punctually.

- An invisible message kept the messages of all later groups from becoming visible again.
- A message that became visible again made its group visible while other messages of the group were in flight.
"""

from localstack.services.sqs.models import FifoQueue, SqsMessage, SqsQueue
from localstack.services.sqs.provider import QueueUpdateWorker
from localstack.utils.scheduler import Scheduler
from localstack.utils.threads import start_thread

_PERIOD_SECONDS = 0.1  # LocalStack's is 1 s


def install() -> None:
    FifoQueue.requeue_inflight_messages = SqsQueue.requeue_inflight_messages
    FifoQueue._put_message = _put_message  # noqa: SLF001  (LocalStack's name)
    QueueUpdateWorker.start = _start


def _put_message(queue: FifoQueue, message: SqsMessage) -> None:
    """Puts a new message, or one whose visibility timeout has ended, into its group."""
    group = queue.get_message_group(message.message_group_id)
    with queue.mutex:
        was_empty = group.empty()
        group.push(message)
        if group not in queue.inflight_groups:
            if was_empty:
                queue.message_group_queue.put_nowait(group)
        elif message.receive_count > 0:
            queue.update_message_group_visibility(group)  # only if no message of the group is in flight


def _start(worker: QueueUpdateWorker) -> None:
    with worker.mutex:
        if worker.thread:
            return
        scheduler = Scheduler()
        scheduler.schedule(worker.do_update_all_queues, period=_PERIOD_SECONDS)
        worker.scheduler = scheduler
        worker.thread = start_thread(lambda *_: scheduler.run(), name="sqs-queue-update-worker")
