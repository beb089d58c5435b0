"""The core's stores and the handler's effects, with each write as an event."""

from collections.abc import Callable
from typing import Any

from chalicelib.adapters.dynamodb.effects import Effects
from chalicelib.core.queueing.application import Resources
from chalicelib.core.queueing.entry import Entry
from chalicelib.core.queueing.events import chunk_of
from chalicelib.core.queueing.notes import NoteKind
from gurukool.testing.places import place_of_caller
from gurukool.testing.process import Event, Kind, Process

READS = frozenset(
    {
        *("get", "list", "last", "list_after", "list_without_payloads", "read_texts"),
        *("due", "earliest", "is_stop_requested"),
    }
)


class ObservedPort:
    """A port of the store as a worker has it. Every call that is not known to read only counts as a write."""

    def __init__(self, port: object, process: Process) -> None:
        self._port = port
        self._process = process

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)
        if name in READS:
            return method

        def write(*args: Any, **kwargs: Any) -> Any:
            with self._process.happening(Event(Kind.LOG, name, _text(name, args))):
                return method(*args, **kwargs)

        return write


def _text(name: str, args: tuple[Any, ...]) -> str:
    tell = TEXTS.get(name)
    return tell(*args) if tell else f"the core writes: {name.replace('_', ' ')}"


def _begin(seen: Any, *_: object) -> str:
    return f"attempt {seen.attempts + 1} begins"


def _finish(_: object, outcome: Any, __: object, effects: Any = ()) -> str:
    together = f", together with {len(effects)} effect{'s' * (len(effects) != 1)}" if effects else ""
    return f"the outcome is written: {outcome.status}{together}"


def _requeue(running: Any, _: object, error: Any, *__: object) -> str:
    return f"attempt {running.attempts} has failed: {error.message}"


def _note(note: Any) -> str:
    if note.key.kind is not NoteKind.EVENT:
        return f"{note.key.kind} stored: {note.key.name}"
    chunk = chunk_of(note)
    return "the events are closed" if chunk.is_end else f"events stored, from number {chunk.first} on"


TEXTS: dict[str, Callable[..., str]] = {
    "begin": _begin,
    "finish": _finish,
    "write_texts": lambda *_: "the large result is written",
    "requeue": _requeue,
    "take_number": lambda *_, **__: "a follow-up takes its number",
    "enter": lambda _, request: f"a follow-up enters the line: {request.type}, number {request.seq}",
    "add": lambda _, note: _note(note),
    "suspend": lambda running, *_: f"attempt {running.attempts} is suspended",
    "wake": lambda *_: "the request is woken",
    "mark_noted": lambda *_: "the request is marked: it has notes",
    "mark_eventful": lambda *_: "the request is marked: it has events",
    "delete": lambda *_: "the steps are deleted",
    "advance": lambda *_: "the queue moves on",
    "go_idle": lambda *_: "the queue is drained",
}


class ObservedEffects(Effects):
    """The effects of one attempt."""

    def __init__(self, process: Process, resources: Resources, new_entry: Callable[..., Entry]) -> None:
        super().__init__(resources, new_entry)
        self._process = process

    def enqueue(self, user_id: str, type_: str, payload: Any = None, **options: Any) -> None:
        event = Event(Kind.EFFECT, "Enqueue", f"effect noted: Enqueue {type_}", place_of_caller())
        with self._process.happening(event):
            super().enqueue(user_id, type_, payload, **options)

    def _add(self, kind: str, arguments: dict[str, Any]) -> None:
        event = Event(Kind.EFFECT, kind, f"effect noted: {kind} {arguments['TableName']}", place_of_caller())
        with self._process.happening(event):
            super()._add(kind, arguments)
