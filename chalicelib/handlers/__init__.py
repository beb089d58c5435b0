"""Finds the handlers of a deployment: our own, and those of the application."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from chalicelib.core.queueing.handler import HandlerFunction
from chalicelib.core.queueing.registry import Registry

PACKAGE = "handlers"  # of the application; it lies beside ours in what is shipped
SAMPLES = "chalicelib.handlers.samples"  # an operator may leave them out, by SAMPLE_HANDLERS=off
SYNTHETIC = "chalicelib.handlers.synthetic"  # only of a deployment with SYNTHETIC_CHECK


def load(
    *,
    samples: bool,
    checked: bool = False,
    own: Iterable[HandlerFunction] = (),
    application: Path | None = None,
) -> Registry:
    """All handlers: those that are handed over, and those of the modules that declare them.

    `checked`: whether there is a synthetic check. `own` are functions that the container declares itself,
    such as `http`, since it gives them their parts. `application` is a directory on Python's path with a
    folder `handlers`: each file in it is imported, those in folders below it too. Raises ValueError if two
    functions have one type, and whatever a module raises.
    """
    registry = Registry.of(*own)
    registry.update(collected([*([SAMPLES] if samples else []), *([SYNTHETIC] if checked else [])]))
    if application:
        _add_application(registry, application)
    return registry


def collected(names: Iterable[str]) -> Registry:
    """What the modules of these names declare."""
    registry = Registry()
    for name in names:
        registry.collect(vars(import_module(name)).values())
    return registry


def _add_application(registry: Registry, application: Path) -> None:
    from chalicelib.handlers.manifest import read, tuned

    manifest = read(application)
    found = collected(modules(application))
    for handler in found:
        registry.add(tuned(handler, manifest.tuning.get(handler.type) if manifest else None))
    registry.on_delete_user = found.on_delete_user


def modules(application: Path) -> list[str]:
    """The names of the application's modules, in a fixed order: `handlers.billing.transfer`."""
    paths = sorted(path.relative_to(application) for path in (application / PACKAGE).rglob("*.py"))
    return [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]
