"""A traceback that a handler prints in pieces is one line of the log."""

import io
import traceback

from chalicelib.core.queueing.policy import HandlerError
from tests.unit.test_printed_lines import events, handler, written

__all__ = ["written"]  # a fixture

TWO_LINES = HandlerError("a message\nof two lines")


def fail(error: Exception = TWO_LINES) -> None:
    raise error


def test_a_traceback_that_is_printed_in_pieces_is_one_line(written: io.StringIO) -> None:
    with handler(written):
        try:
            fail()
        except HandlerError:
            traceback.print_exc()
        assert len(events(written)) == 1  # at once: the process may end before the handler does
        print("after it")

    whole, after = events(written)
    assert whole.startswith("Traceback (most recent call last):\n")
    assert whole.endswith("a message\nof two lines")
    assert after == "after it"


def test_of_chained_exceptions_each_is_one_line(written: io.StringIO) -> None:
    with handler(written):
        try:
            try:
                fail()
            except HandlerError as error:
                raise KeyError("x") from error
        except KeyError:
            traceback.print_exc()

    cause, consequence = events(written)
    assert cause.endswith("of two lines")
    assert consequence.lstrip().startswith("The above exception was the direct cause")
    assert consequence.endswith("KeyError: 'x'")


def test_a_group_of_exceptions_is_one_line(written: io.StringIO) -> None:
    with handler(written):
        try:
            fail(ExceptionGroup("several", [ValueError("a"), KeyError("b")]))
        except ExceptionGroup:
            traceback.print_exc()

    [whole] = events(written)
    assert "ValueError: a" in whole
    assert "KeyError: 'b'" in whole
