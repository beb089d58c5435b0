"""The examples in the docstrings of chalicelib/webhooks, and of the keys that it signs with."""

import doctest
from importlib import import_module
from pkgutil import iter_modules

from chalicelib import webhooks
from chalicelib.adapters.security import secret_keys


def test_the_examples_are_true() -> None:
    modules = [
        import_module(f"{webhooks.__name__}.{found.name}") for found in iter_modules(webhooks.__path__)
    ]
    results = [doctest.testmod(module) for module in (*modules, secret_keys)]
    assert sum(result.attempted for result in results) > 4
    assert not any(result.failed for result in results)
