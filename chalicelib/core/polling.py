"""Look again and again, for a bounded time."""

from collections.abc import Iterator

from chalicelib.core.ports import Clock


def poll(clock: Clock, seconds: float, first: float = 0.03, longest: float = 0.25) -> Iterator[None]:
    """Yields at once, then after growing pauses of `first` to `longest` seconds, until `seconds` are over."""
    end = clock.now() + seconds * 1000
    pause = first
    yield
    while (left := (end - clock.now()) / 1000) > 0:
        clock.sleep(min(pause, left))
        pause = min(pause * 1.5, longest)
        yield
