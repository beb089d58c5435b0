"""Handlers by request type."""

from collections.abc import Iterable, Iterator
from typing import Self

from chalicelib.core.queueing.handler import Handler, HandlerFunction, declarations
from chalicelib.core.queueing.hooks import hook_of
from chalicelib.core.queueing.retention import KEPT_MS
from chalicelib.core.time import Millis


class Registry:
    """The handlers that one deployment has, at most one for each type.

    >>> from chalicelib.core.queueing.handler import handler
    >>> @handler("greet")
    ... def greet(payload: str) -> str:
    ...     return f"Hello, {payload}"
    >>> Registry.of(greet).types()
    ['greet']
    """

    def __init__(self, handlers: Iterable[Handler] = ()) -> None:
        self._handlers: dict[str, Handler] = {}
        self.kept_ms: Millis = KEPT_MS  # how long requests are kept after their outcome, as operators say
        self.on_delete_user: Handler | None = None  # the application's hook, see hooks.py
        self.update(handlers)

    @classmethod
    def of(cls, *functions: HandlerFunction) -> Self:
        """Of functions that are declared by `@handler`."""
        return cls(handler for function in functions for handler in declarations(function))

    def add(self, handler: Handler) -> None:
        """Raises ValueError if another function has the type, and names the places of both."""
        known = self._handlers.setdefault(handler.type, handler)
        if known is not handler:  # the same one is found again in every module that imports its function
            raise ValueError(
                f"there is already a handler for {handler.type!r}: {known.place}; "
                f"the second one: {handler.place}"
            )

    def collect(self, members: Iterable[object]) -> None:
        """Add what is declared among the members of a module. Raises ValueError as `add` does."""
        for member in members:
            for handler in declarations(member):
                self.add(handler)
            if hook := hook_of(member):
                self.add_hook(hook)

    def add_hook(self, hook: Handler) -> None:
        """Raises ValueError if there is another one, and names the places of both."""
        known = self.on_delete_user = self.on_delete_user or hook
        if known is not hook:
            raise ValueError(
                f"there is already a function for deleted users: {known.place}; the second one: {hook.place}"
            )

    def __iter__(self) -> Iterator[Handler]:
        return iter(self._handlers.values())

    def update(self, handlers: Iterable[Handler]) -> None:
        """Add them all. Raises ValueError as `add` does."""
        for handler in handlers:
            self.add(handler)

    def remove(self, type_: str) -> None:
        del self._handlers[type_]

    def get(self, type_: str) -> Handler | None:
        return self._handlers.get(type_)

    def kept_ms_of(self, type_: str) -> Millis | None:
        """How long a new request of this type is kept after its outcome; None: as long as KEPT_MS says."""
        handler = self.get(type_)
        kept_ms = (handler and handler.kept_ms) or self.kept_ms
        return None if kept_ms == KEPT_MS else kept_ms

    def types(self) -> list[str]:
        return sorted(self._handlers)
