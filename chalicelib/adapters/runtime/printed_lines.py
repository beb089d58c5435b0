"""What a handler prints becomes lines of the log, with the same fields as what it logs."""

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from chalicelib.adapters.runtime import standard_output

LONGEST = 20_000  # characters of one line of the log; a longer text becomes several
_CONTINUED = ("(most recent call last):", "exception:", "exception occurred:")  # ends of lines of a traceback

type Line = Callable[[int, str, dict[str, Any]], str]
"""The line of the log with this level, this event, and these fields of its own."""


@contextmanager
def printing(line: Line) -> Iterator[None]:
    """Has what the block prints logged, each print as one line. Nothing that it does to sys.stdout lasts."""
    before = sys.stdout, sys.stderr
    sink = Sink(sys.stdout)
    output = PrintedLines(sys.stdout, "stdout", logging.INFO, line, sink)
    errors = PrintedLines(sys.stderr, "stderr", logging.WARNING, line, sink)
    sys.stdout, sys.stderr = output, errors
    try:
        with standard_output.beneath(sink.stream, (output.write_pending, errors.write_pending)):
            yield
    finally:
        sys.stdout, sys.stderr = before
        for stream in (output, errors):
            with suppress(Exception):  # no line is worth a request
                stream.end()


class Sink:
    """Where the lines of the log go. One lock for all who write there."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.lock = threading.RLock()


class PrintedLines(io.TextIOBase):
    """A text stream whose texts become lines of the log, instead of going to the stream `beneath` it.

    A print is one line of the log, however many lines its text has, and so is the traceback that
    `traceback.print_exc` prints in pieces; of exceptions that are chained, each has a line of its own. A JSON
    object stays one, with more members: it may be a metric, or a line of the author's own logger. Bytes that
    are written to `buffer` are not changed.
    """

    def __init__(self, beneath: TextIO, name: str, level: int, line: Line, sink: Sink) -> None:
        super().__init__()
        self._beneath = beneath
        self._name = name
        self._level = level
        self._line = line
        self._sink = sink
        self._pending = ""
        self._is_over = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._beneath, name)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a variable
        return self._beneath.encoding

    def fileno(self) -> int:
        return self._beneath.fileno()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        if self._is_over:
            return self._beneath.write(text)
        with self._sink.lock:
            self._pending += text
            if len(self._pending) > LONGEST or _is_whole(self._pending):
                self.write_pending()
        return len(text)

    def flush(self) -> None:
        """Also has an unfinished line written: its author wants it seen."""
        if not self.closed:
            self.write_pending()

    def end(self) -> None:
        """Whoever has kept the stream (a thread, a logger) writes beneath it from now on."""
        try:
            self.write_pending()
        finally:
            self._is_over = True

    def write_pending(self) -> None:
        with self._sink.lock:
            text, self._pending = self._pending.removesuffix("\n"), ""
            if text.strip():
                lines = [self._rendered(text[at : at + LONGEST]) for at in range(0, len(text), LONGEST)]
                self._sink.stream.write("".join(f"{line}\n" for line in lines))
                self._sink.stream.flush()

    def _rendered(self, text: str) -> str:
        if (document := _object(text)) is None:
            return self._line(self._level, text, {"logger": self._name})
        own = json.loads(self._line(self._level, "", {"logger": self._name}))
        del own["event"]
        return json.dumps(own | document, separators=(",", ":"))


def _is_whole(text: str) -> bool:
    """Whether no further piece of a traceback follows: its last line is neither a heading nor indented."""
    if not text.endswith("\n"):
        return False
    last = text.rstrip().rpartition("\n")[2]
    return not (last.endswith(_CONTINUED) or (last.startswith(" ") and _CONTINUED[0] in text))


def _object(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    with suppress(ValueError):
        document = json.loads(text)
        return document if isinstance(document, dict) else None
    return None
