"""Look again and again, for a bounded time, and less often the longer it takes."""

from collections.abc import Iterator

from chalicelib.core.time import Clock

QUICK_MS = 2_000  # for so long the pauses stay short; whoever has waited longer notices less of a longer one


def poll(
    clock: Clock, seconds: float, first: float = 0.03, longest: float = 0.25, at_last: float = 1.0
) -> Iterator[None]:
    """Yields at once, then after growing pauses, until `seconds` are over.

    The pauses grow from `first` to `longest` seconds, and after two seconds on to `at_last`.
    """
    begun = clock.now()
    end = begun + seconds * 1000
    pause = first
    yield
    while (left := (end - clock.now()) / 1000) > 0:
        clock.sleep(min(pause, left))
        pause = min(pause * 1.5, longest if clock.now() - begun < QUICK_MS else at_last)
        yield
