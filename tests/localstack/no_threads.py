"""A process that can start no further thread, such as one of a user who has too many."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_MORE_THAN_THERE_IS = 2**62  # bytes of memory


@contextmanager
def no_more_threads() -> Iterator[None]:
    """Each new thread of this process would need a stack that is larger than the memory."""
    usual = threading.stack_size(_MORE_THAN_THERE_IS)
    try:
        yield
    finally:
        threading.stack_size(usual)
