"""The work itself. A file added here is found by itself; see samples.py for how a handler is written."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from chalicelib.core.handler import Registry, registry


@cache
def load() -> Registry:
    """All handlers, by importing every module of this package."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
    return registry
