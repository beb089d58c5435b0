"""The names of the public modules and their signatures, as data that can be compared."""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

MODULES = ("gurukool", "gurukool.testing")
RELEASED = Path(__file__).with_name("released.json")
OBJECT = re.compile(
    r"<(?:function )?(?:[\w.]+\.)?(\w+)(?: object)? at 0x\w+>"
)  # a default without a text of its own
KEYWORDS_FOLLOW = "*"

type Surface = Mapping[str, list[str]]
"""By dotted name: the parameters and `-> type` of what can be called, or one word for what cannot."""


def present() -> Surface:
    """Of the code as it is."""
    return {
        name: described
        for module in MODULES
        for public in import_module(module).__all__
        for name, described in _describe(f"{module}.{public}", getattr(import_module(module), public))
    }


def released() -> Surface:
    """Of the last release."""
    surface: Surface = json.loads(RELEASED.read_text())
    return surface


def is_kept(before: list[str], now: list[str]) -> bool:
    """Whether every call that was right is right now: parameters may only be added, with a default."""
    added = [part for part in now if part not in before]
    first = before.index(KEYWORDS_FOLLOW) if KEYWORDS_FOLLOW in before else len(before) - 1
    return (
        [part for part in now if part in before] == before
        and all(part == KEYWORDS_FOLLOW or " = " in part for part in added)
        and now[:first] == before[:first]
    )


def _describe(name: str, value: Any) -> Iterator[tuple[str, list[str]]]:
    if not inspect.isclass(value):
        yield name, _signature(value) if callable(value) else ["value"]
        return
    yield name, _signature(value)
    for base in value.__mro__:
        if base.__module__.startswith(("gurukool", "chalicelib")):
            for member in vars(base):
                if not member.startswith("_"):
                    yield f"{name}.{member}", _member(getattr(value, member))


def _member(value: Any) -> list[str]:
    return _signature(value) if inspect.isroutine(value) else ["attribute"]


def _signature(value: Any) -> list[str]:
    try:
        signature = inspect.signature(value)
    except ValueError:  # an exception with Python's own constructor
        return ["*args"]
    parameters = signature.parameters.values()
    parts = [str(p.replace(annotation=_plain(p.annotation))) for p in parameters]
    keywords = [i for i, p in enumerate(parameters) if p.kind is inspect.Parameter.KEYWORD_ONLY]
    if keywords and not any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        parts.insert(keywords[0], KEYWORDS_FOLLOW)
    return [OBJECT.sub(r"<\1>", part.replace("'", "")) for part in parts] + [
        f"-> {_plain(signature.return_annotation)}"
    ]


def _plain(annotation: Any) -> Any:
    """Without the modules that its names come from: those are internal and may change."""
    if annotation is inspect.Parameter.empty:
        return annotation
    return re.sub(r"[\w.]+\.(\w+)", r"\1", inspect.formatannotation(annotation).strip("'"))
