"""The API knows the handlers of an application from its manifest, without importing their modules."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.api.assembly import document
from chalicelib.container import Container
from chalicelib.core.errors import InvalidInputError
from chalicelib.core.queueing.handler import handler as declare
from chalicelib.core.queueing.lane import Lane, lane_of
from chalicelib.core.queueing.registry import Registry
from chalicelib.handlers import inventory, load
from chalicelib.handlers.manifest import FILE, Tuning, tuned

HEAD = "import msgspec\nfrom gurukool import FieldError, InvalidInputError, handler\n"
FILES = {
    "plain.py": """
class Order(msgspec.Struct, forbid_unknown_fields=True):
    pieces: int

@handler("order", timeout=7, max_attempts=4, on_failure="halt")
def order(payload: Order) -> Order:
    'Order some pieces.'
""",
    "nested/deep/checked.py": """
def check(payload, settings):
    if payload > settings["limit"]:
        raise InvalidInputError("Too many.", (FieldError("payload", "is too much"),))

@handler("checked", check=check)
def work(payload: int) -> None: ...
""",
    "coded.py": """
class Even(msgspec.Struct):
    n: int
    def __post_init__(self):
        if self.n % 2:
            raise ValueError("n must be even")

@handler("coded", timeout=11)
def work(payload: Even) -> None: ...
""",
}
TUNING = '{"order": {"timeout": 12, "max_attempts": 9}, "checked": {"long": true}}'


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """As it is unpacked in a function."""
    for name, text in FILES.items():
        path = tmp_path / "handlers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text)
    (tmp_path / FILE).write_text(f'{{"settings": {{"limit": "integer"}}, "tuning": {TUNING}}}')
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        forget()
        inventory.complete(tmp_path, load(samples=True, application=tmp_path))
        forget()
        yield tmp_path
    forget()


def forget() -> None:
    for name in imported():
        del sys.modules[name]


def imported() -> list[str]:
    """The modules of the application that this process has imported."""
    return [name for name in sys.modules if name.partition(".")[0] == "handlers"]


def container(root: Path) -> Container:
    return Container({"SAMPLE_HANDLERS": "on", "APP_SETTING_limit": "5"}, root=root)


def test_a_plain_type_is_known_without_its_module(root: Path) -> None:
    handler = container(root).declared.get("order")

    assert handler
    assert (handler.timeout, handler.policy.max_attempts, handler.policy.on_failure) == (12, 9, "halt")
    assert imported() == []
    with pytest.raises(NotImplementedError):
        handler.function(None)


@pytest.mark.parametrize(
    ("type_", "module"), [("checked", "handlers.nested.deep.checked"), ("coded", "handlers.coded")]
)
def test_a_check_and_a_type_with_code_need_the_module_and_no_other(
    root: Path, type_: str, module: str
) -> None:
    declared = container(root).declared

    assert type_ in declared.types()
    assert module not in imported()
    assert declared.get(type_)
    assert [name for name in imported() if name in {"handlers.plain", "handlers.coded", module}] == [module]


def test_a_check_gets_the_settings_of_the_deployment(root: Path) -> None:
    api = container(root)
    handler = api.declared.get("checked")

    assert handler
    assert handler.long
    handler.refuse(5, api.application.settings)
    with pytest.raises(InvalidInputError):
        handler.refuse(6, api.application.settings)


@pytest.mark.parametrize(
    ("tuning", "lane"),
    [
        (Tuning(), Lane.QUICK),
        (Tuning(timeout=10), Lane.QUICK),
        (Tuning(timeout=45), Lane.SLOW),
        (Tuning(timeout=46), Lane.LONG),
        (Tuning(timeout=840), Lane.LONG),
        (Tuning(long=True), Lane.LONG),
    ],
)
def test_the_limits_of_application_toml_decide_on_the_lane(tuning: Tuning, lane: Lane) -> None:
    @declare("greet", timeout=5)
    def greet(payload: str) -> None: ...

    [declared] = Registry.of(greet)

    assert lane_of(0, tuned(declared, tuning)) is lane


def test_application_toml_gives_a_handler_another_rate() -> None:
    @declare("greet", rate="5/s")
    def greet(payload: str) -> None: ...

    [declared] = Registry.of(greet)

    assert str(tuned(declared, Tuning(timeout=3)).rate) == "5/s"
    assert str(tuned(declared, Tuning(rate="10/h")).rate) == "10/h"


def test_what_the_api_and_the_worker_know_is_the_same(root: Path) -> None:
    declared, loaded = container(root).declared, container(root).handlers

    assert declared.types() == loaded.types()
    for type_ in loaded.types():
        one, other = declared.get(type_), loaded.get(type_)
        assert one
        assert other
        assert (one.timeout, one.policy, one.long) == (other.timeout, other.policy, other.long)


def test_the_document_is_the_same_as_if_the_modules_were_imported(root: Path) -> None:
    described = document(container(root))
    assert imported() == []
    assert described["components"]["schemas"]["OrderOrder"]["description"] == "Order some pieces."

    importing = container(root)
    importing.manifest, importing.declared = None, importing.handlers
    assert document(importing) == described


def test_limits_for_a_handler_that_is_not_there_are_refused(root: Path) -> None:
    (root / FILE).write_text('{"tuning": {"ordr": {"timeout": 3}}}')

    with pytest.raises(ValueError, match="names the handler ordr; there are: checked, coded, order"):
        inventory.complete(root, load(samples=True, application=root))
