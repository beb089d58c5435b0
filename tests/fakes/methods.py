"""Which methods a store has, for tests that break, count or delay all of them."""

from collections.abc import Iterator

from chalicelib.adapters.memory.store import MemoryStore


def methods_of(*stores: object) -> Iterator[tuple[object, str]]:
    """Each object with the name of each of its public methods; for a whole store, its ports."""
    for store in stores:
        if isinstance(store, MemoryStore):
            yield from methods_of(*(port for name, port in vars(store).items() if name != "tables"))
        else:
            yield from ((store, name) for name in dir(store) if _is_public_method(store, name))


def _is_public_method(store: object, name: str) -> bool:
    return not name.startswith("_") and callable(getattr(store, name))
