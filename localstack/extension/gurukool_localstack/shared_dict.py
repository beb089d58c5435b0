"""A dictionary that some threads change while others go through it."""

from collections.abc import Hashable


class SharedDict[K: Hashable, V](dict[K, V]):
    """Gives copies in place of views: whoever goes through a view gets an error once the size has changed.

    https://docs.python.org/3/library/stdtypes.html#dictionary-view-objects
    """

    def values(self) -> list[V]:  # type: ignore[override]
        return list(super().values())

    def items(self) -> list[tuple[K, V]]:  # type: ignore[override]
        return list(super().items())
