"""The examples in docstrings of infra and of LocalStack's extension say what the code does."""

import doctest
from types import ModuleType

import pytest

from gurukool_localstack import lineage, origins
from infra import artefacts, log_selection


@pytest.mark.parametrize(
    "module", [artefacts, lineage, log_selection, origins], ids=lambda module: module.__name__
)
def test_the_examples_are_right(module: ModuleType) -> None:
    result = doctest.testmod(module)

    assert result.attempted
    assert not result.failed
