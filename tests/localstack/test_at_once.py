"""LocalStack does many things at once, in threads that share what it has stored."""

import pytest

from tests.localstack.programs import errors_of


@pytest.mark.parametrize("program", ["at_once.py", "fifo_at_once.py"])
def test_nothing_fails_because_of_what_another_thread_does_meanwhile(program: str) -> None:
    assert not errors_of(program)
