"""Several writes at once, on a few threads."""

from collections.abc import Callable, Sequence

THREADS = 8  # PynamoDB's connection pool holds ten


def for_each[T](write: Callable[[T], None], items: Sequence[T]) -> None:
    """Write all of them. Raises what any of the writes raised, when all have ended."""
    if items:
        from concurrent.futures import ThreadPoolExecutor  # only batches need it

        with ThreadPoolExecutor(THREADS) as pool:
            outcomes = [pool.submit(write, item) for item in items]
        for outcome in outcomes:
            outcome.result()
