"""The ports as an actor sees them: each call takes time and may go wrong."""

from collections.abc import Callable
from random import Random
from typing import Any

from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.core.errors import LostRaceError, NewerItemError, UnavailableError
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.request import Request
from chalicelib.core.time import Millis
from tests.simulation.faults import STALL_MS, Faults, latency, stall
from tests.simulation.history import History
from tests.simulation.scheduler import Crash, Scheduler


class Network:
    """Between every actor and everything outside it."""

    def __init__(self, scheduler: Scheduler, rng: Random, faults: Faults, history: History) -> None:
        self.faults = faults
        self.longest_stall = STALL_MS
        self._scheduler = scheduler
        self._rng = rng
        self._history = history

    def call(
        self, name: str, arguments: tuple[Any, ...], do: Callable[[], Any], *, once: bool = False
    ) -> Any:
        """Carry `do` out on the other side. With `once`, a repeated call is known there."""
        self.travel()
        self._perhaps_crash(name, arguments, "crashes before")
        if self._rng.random() < self.faults.fail:
            return self._fail(name, arguments, do)
        answer = self._do(name, arguments, do)
        if self._rng.random() < self.faults.repeat:
            self.travel()
            if not once or isinstance(answer, Exception):
                answer = self._do(f"{name} again", arguments, do)
        self._perhaps_crash(name, arguments, "crashes after")
        if self._rng.random() < self.faults.slow:
            self.travel()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def travel(self) -> None:
        self._scheduler.wait(latency(self._rng, self.faults) + self.stall())

    def stall(self) -> int:
        """For how many milliseconds the process stands still now; mostly none."""
        return min(stall(self._rng), self.longest_stall) if self._rng.random() < self.faults.stall else 0

    def _do(self, name: str, arguments: tuple[Any, ...], do: Callable[[], Any]) -> Any:
        """The answer, or the error as a value."""
        try:
            answer = do()
        except (LostRaceError, NewerItemError, UnavailableError) as error:
            answer = error
        self.trace(name, arguments, answer)
        return answer

    def _fail(self, name: str, arguments: tuple[Any, ...], do: Callable[[], Any]) -> None:
        if self._rng.random() < 0.5:
            self._do(f"{name}, answer lost", arguments, do)
        else:
            self.trace(name, arguments, "not carried out")
        raise UnavailableError("Simulated.")

    def _perhaps_crash(self, name: str, arguments: tuple[Any, ...], how: str) -> None:
        if self._rng.random() < self.faults.crash:
            self.trace(name, arguments, how)
            raise Crash

    def trace(self, call: str, arguments: tuple[Any, ...], answer: Any) -> None:
        self._history.add(self._scheduler.now, self._scheduler.current.name, call, arguments, answer)


READS = frozenset(  # nothing changes
    {
        *("get", "get_many", "list", "last", "list_after", "list_without_payloads", "find"),
        *("list_matching", "list_indexed", "read_texts", "is_stop_requested", "find_slot", "due", "earliest"),
        "with_expired_sessions",
    }
)


class SimulatedClock:
    """Every actor's is wrong by something of its own."""

    def __init__(self, scheduler: Scheduler, rng: Random, network: Network) -> None:
        self._scheduler = scheduler
        self._rng = rng
        self._network = network
        self._errors: dict[str, int] = {}

    def now(self) -> Millis:
        skew = self._network.faults.skew
        return self._scheduler.now + (self._error(skew) if skew else 0)

    def _error(self, skew: float) -> int:
        name = self._scheduler.current.name.partition(" ")[0]  # all threads of a process have one clock
        if name not in self._errors:
            self._errors[name] = round(self._rng.uniform(-skew, skew))
        return self._errors[name]

    def sleep(self, seconds: float) -> None:
        self._scheduler.wait(max(1, round(seconds * 1000)))


class Remote:
    """The methods of `target`, called over the network; `watch` looks at what each call has done."""

    def __init__(self, target: object, network: Network, watch: Callable[[tuple[Any, ...]], None]) -> None:
        self._target = target
        self._network = network
        self._watch = watch

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._target, name)
        watch = self._watch if name not in READS else _not_at_all

        def call(*args: Any, **kwargs: Any) -> Any:
            def do() -> Any:
                try:
                    return method(*args, **kwargs)
                finally:
                    watch(args)

            return self._network.call(name, args, do, once=_is_transaction(name, args))

        setattr(self, name, call)
        return call


class RemoteStore:
    """Every port of a store, called over the network."""

    def __init__(
        self, store: MemoryStore, network: Network, watch: Callable[[tuple[Any, ...]], None]
    ) -> None:
        self.queues: Any = Remote(store.queues, network, watch)
        self.requests: Any = Remote(store.requests, network, watch)
        self.notes: Any = Remote(store.notes, network, watch)
        self.keys: Any = Remote(store.keys, network, watch)
        self.connections: Any = Remote(store.connections, network, watch)
        self.sweep_index: Any = Remote(store.sweep_index, network, watch)
        self.removal: Any = Remote(store.removal, network, watch)
        self.entries: Any = Remote(store.entries, network, watch)
        self.callbacks: Any = Remote(store.callbacks, network, watch)
        self.objects: Any = Remote(store.objects, network, _not_at_all) if store.objects else None


def _not_at_all(arguments: tuple[Any, ...]) -> None:
    return


def _is_transaction(name: str, args: tuple[Any, ...]) -> bool:
    """DynamoDB knows a repeated transaction by its token for ten minutes: with a key, a slot, and effects."""
    if name in ("write", "begin") and isinstance(args[0], Request) and args[0].slot is not None:
        return True
    if name in ("write", "enter", "delete") and isinstance(args[0], Entry):
        return True
    if name == "move" and len(args) > 2 and args[2] is not None:
        return True
    return (name == "write" and len(args) > 1 and args[1] is not None) or (
        name == "finish" and len(args) > 3 and bool(args[3])
    )
