"""What the extension changes in LocalStack, part by part."""

from tests.localstack.programs import errors_of


def test_each_part_does_what_aws_does() -> None:
    assert not errors_of("parts.py")
