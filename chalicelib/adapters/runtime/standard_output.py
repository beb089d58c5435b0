"""Standard output that survives what handlers do to it."""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TextIO

_kept: int | None = None  # a second descriptor of where standard output went when the process began
_replaced: list[object] = []  # what stood there before must not be closed with its descriptor


# Where the log goes while a handler prints to other streams, and what writes the text that these hold back.
_beneath: tuple[TextIO, Sequence[Callable[[], None]]] | None = None


@contextmanager
def beneath(stream: TextIO, write_above: Sequence[Callable[[], None]]) -> Iterator[None]:
    """In the block, the log goes to `stream`, each line after what the streams above it hold back."""
    global _beneath  # noqa: PLW0603 - one process, one standard output
    _beneath = stream, write_above
    try:
        yield
    finally:
        _beneath = None


class StandardOutput(logging.Handler):
    """Writes each line to what is standard output now. A line that cannot be written fails nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _write(self.format(record))
        except RecursionError:
            raise
        except Exception:  # noqa: BLE001 - no line is worth a request
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say at least that there was a line, without the message that cannot be formatted."""
        with suppress(Exception):
            _write(f'{{"level": "{record.levelname}", "event": "a line could not be logged"}}')


def _write(line: str) -> None:
    stream, write_above = _beneath or (sys.stdout, ())
    for write_pending in write_above:
        write_pending()
    stream.write(f"{line}\n")
    stream.flush()


def restore() -> None:
    """Put standard output back where it was, if a handler has closed it, or something else is there now.

    Raises OSError if there is nothing left to write to.
    """
    global _kept  # noqa: PLW0603 - one process, one standard output
    if _kept is None:
        _kept = os.dup(1)
    if sys.stdout is None or sys.stdout.closed or not _is_kept(1):
        _replaced.append(sys.stdout)
        sys.stdout = os.fdopen(os.dup(_kept), "w", encoding="utf-8", errors="backslashreplace")


def _is_kept(descriptor: int) -> bool:
    """Whether it leads where standard output went at first."""
    try:
        if sys.stdout.fileno() != descriptor:
            return True  # it was replaced on purpose: by the runtime, by a test, or here
    except (OSError, AttributeError):
        return True  # likewise, by something without a descriptor
    try:
        found, kept = os.fstat(descriptor), os.fstat(_kept or descriptor)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == (kept.st_dev, kept.st_ino)
