"""What there is to say about the handlers of a deployment: in its manifest, and in the API's document."""

import inspect
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from chalicelib.core.queueing.handler import Handler
from chalicelib.core.queueing.registry import Registry
from chalicelib.handlers import collected, modules
from chalicelib.handlers.describe import NotPlainError, described
from chalicelib.handlers.manifest import FILE, Declared, Manifest, read
from chalicelib.handlers.rebuild import Description
from chalicelib.web.description import Parts
from chalicelib.web.schemas import parts_of


class Documented(NamedTuple):
    """What the API's document says about one handler."""

    type: str
    payload: Parts
    result: Parts
    text: str  # that describes what it does


def complete(root: Path, registry: Registry) -> None:
    """Writes into the manifest below `root` what the handlers there declare.

    `registry` has them, and ours. Raises TypeError or ValueError with the place of a wrong declaration.
    """
    if (manifest := read(root)) is None:
        return
    theirs = _modules_by_type(root)
    if unknown := sorted(manifest.tuning.keys() - theirs.keys()):
        known = ", ".join(sorted(theirs)) or "none"
        raise ValueError(f"application.toml names the handler {unknown[0]}; there are: {known}")
    handlers = {handler.type: handler for handler in registry}
    manifest.handlers = {type_: declared(handlers[type_], theirs[type_]) for type_ in sorted(theirs)}
    manifest.deletes_users = registry.on_delete_user is not None
    (root / FILE).write_bytes(msgspec.json.encode(manifest))


def _modules_by_type(root: Path) -> dict[str, str]:
    """The module of the application in which each of its handlers is found.

    The function may be defined elsewhere: by a factory in a package, or by a decorator. If several modules
    have it, the one that defines it counts, or else the first one.
    """
    found = dict[str, str]()
    for module in modules(root):
        for handler in collected([module]):
            if handler.type not in found or handler.function.__module__ == module:
                found[handler.type] = module
    return found


def declared(handler: Handler, module: str | None = None) -> Declared:
    """For the manifest. Raises TypeError with the place if a type has no JSON form.

    `module` has the handler; without it, the one that defines the handler's function.
    """
    types = {"payload": handler.payload_type, "result": handler.result_type}
    schemas = {part: _schema(handler, part, type_) for part, type_ in types.items()}
    return Declared(
        module=module or handler.function.__module__,
        timeout=handler.timeout,
        max_attempts=handler.policy.max_attempts,
        on_failure=handler.policy.on_failure,
        long=handler.long,
        check=handler.check is not None,
        description=_description(handler),
        payload=_payload(handler),
        schemas=schemas,
        kept_ms=handler.kept_ms,
    )


def _schema(handler: Handler, part: str, type_: Any) -> Parts:
    """Raises TypeError."""
    try:
        return parts_of(type_)
    except TypeError as error:
        why = str(error).splitlines()[-1]  # those before it are about options of msgspec
        raise TypeError(
            f"{handler.place}: {handler.type}: the type of the {part} has no JSON form, because {why}. "
            "docs/handlers.md lists the types that have one"
        ) from None


def documented(registry: Registry, manifest: Manifest | None) -> list[Documented]:
    """All types of requests, by name. What the manifest has is taken from there: no module is imported."""
    shipped = manifest.handlers if manifest else {}
    return [
        _from_manifest(name, shipped[name]) if name in shipped else _from_types(registry, name)
        for name in registry.types()
    ]


def _from_manifest(type_: str, told: Declared) -> Documented:
    payload, result = (Parts(*told.schemas[part]) for part in ("payload", "result"))
    return Documented(type_, payload, result, told.description)


def _from_types(registry: Registry, type_: str) -> Documented:
    handler = registry.get(type_)
    assert handler  # noqa: S101  (it is one of the registry's own types)
    payload, result = parts_of(handler.payload_type), parts_of(handler.result_type)
    return Documented(type_, payload, result, _description(handler))


def _description(handler: Handler) -> str:
    return inspect.getdoc(handler.function) or ""


def _payload(handler: Handler) -> Description | None:
    try:
        return described(handler.payload_type)
    except NotPlainError:
        return None
