"""What a removed user has left, apart from the queue."""

from collections.abc import Callable

from chalicelib.core.queueing.ports import Store


def delete_data(store: Store, user_id: str, is_over: Callable[[], bool]) -> bool:
    """Delete it. False if time was over before that. Raises UnavailableError."""
    while not store.removal.delete_requests(user_id):
        if is_over():
            return False
    if store.objects is None:
        return True
    from chalicelib.core.queueing import uploaded  # only deployments with uploads need it

    return uploaded.delete_all(store.objects, user_id, is_over)
