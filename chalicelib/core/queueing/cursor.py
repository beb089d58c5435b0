"""How far a drain has come in a queue, and how much of that is written."""

from chalicelib.core.queueing.looks import next_look
from chalicelib.core.queueing.ports import WakeUps
from chalicelib.core.queueing.progress import Progress
from chalicelib.core.queueing.queue import Queue
from chalicelib.core.queueing.queue_store import QueueStore
from chalicelib.core.queueing.request import Request
from chalicelib.core.queueing.steps import Done, LookAgain
from chalicelib.core.queueing.waking import wake_caller
from chalicelib.core.time import Clock, Millis

CHECKPOINT_MS = 200  # under load the head is written at most this often


class Cursor:
    """The drain's place in one queue, which may be ahead of the stored head.

    A crash in between loses nothing: the next drain finds the outcomes and steps over them. All writes raise
    LostRaceError; after that, `reload`.
    """

    def __init__(
        self, queues: QueueStore, clock: Clock, queue: Queue, callbacks: WakeUps | None = None
    ) -> None:
        """`callbacks`: how to wake a caller; None: the deployment has no callbacks."""
        self._queues = queues
        self._clock = clock
        self._callbacks = callbacks
        self.queue = queue  # as last read or written
        self._progress = Progress.none(queue, clock.now())

    @property
    def next_seq(self) -> int:
        return self._progress.head + 1

    @property
    def average_ms(self) -> float:
        return self._progress.average_ms

    @property
    def is_at_tail(self) -> bool:
        return self._progress.head == self.queue.tail

    @property
    def is_written(self) -> bool:
        """Whether users can see all that is done."""
        return self._progress.head == self.queue.head

    def paced_until(self, request: Request) -> Millis:
        """Until when it may not begin by the rate of its handler, if that has one."""
        return max(request.paced_until or 0, self._progress.paced.get(request.type, 0))

    def move_past(self, request: Request, took_ms: int | None) -> None:
        """Step over the next request. `took_ms`: the attempt that was made just now, if one was."""
        self._progress = self._progress.past(request, took_ms)

    def checkpoint(self) -> None:
        """Write the head, if it has moved."""
        if not self.is_written:
            now = self._clock.now()
            self.queue = self._with_caller_woken(self._queues.advance(self.queue, self._progress, now))
            self._progress = Progress.none(self.queue, now)

    def checkpoint_if_due(self) -> None:
        if self._clock.now() - self._progress.since >= CHECKPOINT_MS:
            self.checkpoint()

    def go_idle(self, now: Millis) -> Queue:
        """Write the head, and that no worker is awake. Raises LostRaceError if a number was taken since."""
        return self._with_caller_woken(self._queues.go_idle(self.queue, self._progress, now))

    def leave_to_sweeper(self) -> Done:
        """No wake-up will come for what waits. If the queue has rested, the sweeper would look too late."""
        now = self._clock.now()
        if next_look(self.queue, now) is not None:
            self.queue = self._queues.look_soon(self.queue, now)
        return Done()

    def _with_caller_woken(self, queue: Queue) -> Queue:
        """If this write is the one since which callbacks are owed: otherwise a caller is at them already."""
        owed = self._progress.owed
        if owed and self._callbacks and queue.callbacks.first == owed.first:
            wake_caller(self._callbacks, queue)
        return queue

    def reload(self) -> Done | LookAgain:
        """Read the queue again. What was done since the head was last written still counts.

        Done if there is no queue any more: its user was removed, and nothing may be written for them.
        """
        queue = self._queues.get(self.queue.user_id)
        if queue is None:
            return Done()
        self.take_over(queue)
        return LookAgain()

    def take_over(self, queue: Queue) -> None:
        """Go on with the queue as it was read, or as a change of its state has left it."""
        if (queue.head, queue.moved_at) != (self.queue.head, self.queue.moved_at):
            # Another worker has moved it, or it belongs to a later user of the name. Outcomes behind its head
            # are met again and stepped over.
            self._progress = Progress.none(queue, self._clock.now())
        self.queue = queue
