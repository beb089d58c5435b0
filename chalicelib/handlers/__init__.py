"""The work itself. A file added here is found by itself; see samples.py for how a handler is written."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from chalicelib import wiring
from chalicelib.core.queueing.handler import Registry, registry

SAMPLES = "samples"  # the module whose handlers an operator may leave out, by SAMPLE_HANDLERS=off
OWN = "chalicelib.webhooks.handler"  # the handler `http`, in a room of its own


def load() -> Registry:
    """All handlers of this deployment, by importing every module of this package."""
    return _imported(wiring.settings().sample_handlers)


@cache
def _imported(samples: bool) -> Registry:
    import_module(OWN)
    for module in iter_modules(__path__):
        if samples or module.name != SAMPLES:
            import_module(f"{__name__}.{module.name}")
    return registry
