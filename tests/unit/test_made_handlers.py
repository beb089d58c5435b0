"""Handlers whose functions are defined outside of the application's folder: the API knows them, too."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.container import Container
from chalicelib.handlers import inventory, load
from chalicelib.handlers.manifest import FILE, read

FILES = {
    "made_elsewhere.py": """
import functools
from gurukool import handler

def make(type_, check=None):
    @handler(type_, check=check)
    def made(payload: int) -> int: return payload
    return made

def logged(function):
    def call(payload: int) -> int: return function(payload)
    return call
""",
    "handlers/a_user.py": "from handlers.made import plain, greet\n",
    "handlers/made.py": """
from made_elsewhere import logged, make
from gurukool import handler

def check(payload): ...

greet = make("greet")
checked = make("checked", check)

@handler("wrapped")
@logged
def wrapped(payload: int) -> int: return payload

@handler("plain")
def plain(payload: int) -> int: return payload
""",
}
MADE = ["checked", "greet", "plain", "wrapped"]


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """As it is unpacked in a function, with a package of its own beside it."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / FILE).write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        forget()
        inventory.complete(tmp_path, load(samples=True, application=tmp_path))
        forget()
        yield tmp_path
    forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in {"handlers", "made_elsewhere"}]:
        del sys.modules[name]


def test_the_api_knows_them_and_the_module_that_has_them(root: Path) -> None:
    manifest = read(root)

    assert manifest
    assert sorted(manifest.handlers) == MADE
    modules = {type_: declared.module for type_, declared in manifest.handlers.items()}
    # One that is defined below `handlers` is of that module, not of the first one that imports it.
    assert modules["plain"] == "handlers.made"
    assert set(modules.values()) <= {"handlers.made", "handlers.a_user"}


def test_a_check_is_found_through_the_application(root: Path) -> None:
    api = Container({"SAMPLE_HANDLERS": "off"}, root=root)

    found = api.declared.get("checked")

    assert found
    assert found.check
    assert api.declared.types() == api.handlers.types()
