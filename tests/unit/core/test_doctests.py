"""The examples in the core's docstrings say what the code does."""

import doctest
import importlib
import pkgutil

import pytest

import chalicelib.core

MODULES = [found.name for found in pkgutil.walk_packages(chalicelib.core.__path__, "chalicelib.core.")]
WITH_EXAMPLES = {
    f"chalicelib.core.queueing.{name}"
    for name in ("entry", "idempotency", "lane", "names", "policy", "queue", "registry", "request")
} | {f"chalicelib.core.identity.{name}" for name in ("account", "client", "passwords", "tries")}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_are_right(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))

    assert result.failed == 0
    assert result.attempted or name not in WITH_EXAMPLES, "it had examples"
