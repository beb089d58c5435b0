"""What the extension changes in LocalStack, part by part."""

import pytest

from tests.localstack.programs import errors_of


@pytest.mark.parametrize("program", ["parts.py", "log_parts.py", "stored_parts.py"])
def test_each_part_does_what_aws_does(program: str) -> None:
    assert not errors_of(program)
