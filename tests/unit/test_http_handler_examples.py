"""The examples in the docstrings of chalicelib/webhooks."""

import doctest
from importlib import import_module
from pkgutil import iter_modules

from chalicelib import webhooks


def test_the_examples_are_true() -> None:
    modules = [
        import_module(f"{webhooks.__name__}.{found.name}") for found in iter_modules(webhooks.__path__)
    ]
    results = [doctest.testmod(module) for module in modules]
    assert sum(result.attempted for result in results) > 4
    assert not any(result.failed for result in results)
