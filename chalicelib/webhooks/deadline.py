"""One time limit for a whole delivery, however many reads and writes it takes."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer


class Deadline:
    """The moment at which a delivery is given up.

    A socket's own time-out counts anew for each read, so a receiver that sends one byte now and then never
    exceeds it. `enforced_on` ends such a connection.
    """

    def __init__(self, seconds: float) -> None:
        """`seconds`: from now."""
        self._at = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._at

    def left(self, at_most: float = float("inf")) -> float:
        """Seconds until the deadline, or `at_most` if they are more. Raises TimeoutError if none are left."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time limit of the delivery is over")
        return min(left, at_most)

    @contextmanager
    def enforced_on(self, connection: socket.socket) -> Iterator[None]:
        """Shut the connection down if the block is not over at the deadline: its reads and writes then end.

        Raises TimeoutError if the deadline has passed already.
        """
        # The timer has a file descriptor of its own: that of `connection` may be closed, and its number given
        # to another connection, just when the time is over. And TLS sockets cannot be used by two threads.
        with socket.fromfd(connection.fileno(), connection.family, connection.type) as same:
            timer = Timer(self.left(), _shut_down, [same])
            timer.daemon = True
            timer.start()
            try:
                yield
            finally:
                timer.cancel()
                timer.join()


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side may have closed it
        connection.shutdown(socket.SHUT_RDWR)
