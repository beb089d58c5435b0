"""What a handler prints, as lines of the log."""

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any

import pytest

from chalicelib.adapters.runtime.printed_lines import LONGEST, printing
from chalicelib.core.queueing.policy import HandlerError


def render(level: int, event: str, fields: dict[str, Any]) -> str:
    return json.dumps({"level": level, "event": event, "seq": 7, **fields})


@pytest.fixture
def written() -> io.StringIO:
    """Where standard output and standard error lead while a handler runs."""
    return io.StringIO()


@contextmanager
def handler(written: io.StringIO) -> Iterator[None]:
    with redirect_stdout(written), redirect_stderr(written), printing(render):
        yield


def events(written: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in written.getvalue().splitlines()]


def test_a_json_object_stays_one_and_gets_the_fields(written: io.StringIO) -> None:
    """A metric that is printed stays a metric."""
    with handler(written):
        print('{"_aws": {}, "level": "ERROR"}')

    assert json.loads(written.getvalue()) == {"_aws": {}, "level": "ERROR", "seq": 7, "logger": "stdout"}


@pytest.mark.parametrize("text", ["{no json", "{1}", '["a list"]', "NaN"])
def test_other_text_is_the_event(written: io.StringIO, text: str) -> None:
    with handler(written):
        print(text)

    assert events(written) == [text]


def test_an_unfinished_line_is_written_when_it_is_flushed_or_long(written: io.StringIO) -> None:
    with handler(written):
        print(".", end="")
        assert not events(written)
        print(".", end="", flush=True)
        assert events(written) == [".."]
        print("x" * (LONGEST + 1), end="")
        assert [len(event) for event in events(written)[1:]] == [LONGEST, 1]
        print()

    assert len(events(written)) == 3


def test_afterwards_the_streams_are_as_before_whatever_the_handler_did(written: io.StringIO) -> None:
    with redirect_stdout(written):
        with suppress(HandlerError), printing(render):
            print("before it")
            sys.stdout.close()
            with pytest.raises(ValueError, match="closed"):
                print("to a closed stream")
            sys.stdout = None
            raise HandlerError
        assert sys.stdout is written
    assert events(written) == ["before it"]


def test_bytes_and_the_descriptor_are_those_of_the_process() -> None:
    with printing(render):
        assert sys.stdout.fileno() >= 0
        assert sys.stdout.encoding.lower() == "utf-8"
        assert not sys.stdout.isatty()
        sys.stdout.buffer.write(b"")
