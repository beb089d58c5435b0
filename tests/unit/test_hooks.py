"""How an application declares what it does about deleted users."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.queueing.registry import Registry
from chalicelib.handlers import inventory, load
from chalicelib.handlers.manifest import FILE, read
from gurukool import Request, on_delete_user
from gurukool.testing import delete_user

MODULE = """
from gurukool import on_delete_user

@on_delete_user()
def forget(user):
    pass
"""


def test_it_gets_the_user_and_what_the_application_declares() -> None:
    seen: list[Any] = []

    @on_delete_user(timeout=30)
    def forget(user: str, request: Request) -> None:
        seen.append((user, request.user_id, request.settings["limit"]))

    delete_user(forget, "ada", settings={"limit": 7})

    assert seen == [("ada", "ada", 7)]
    with pytest.raises(LookupError):
        delete_user(lambda user: None)


def test_it_may_wait_for_others_or_delete_piece_by_piece() -> None:
    deleted: list[str] = []

    @on_delete_user()
    async def forget(user: str) -> None:
        await asyncio.sleep(0)
        deleted.append(user)

    @on_delete_user()
    def forget_pieces(user: str) -> Iterator[None]:
        for piece in ("letters", "pictures"):
            deleted.append(f"{user}'s {piece}")
            yield

    delete_user(forget, "ada")
    delete_user(forget_pieces, "bob")

    assert deleted == ["ada", "bob's letters", "bob's pictures"]


@pytest.mark.parametrize("timeout", [0, -1, 30.1])
def test_its_time_is_bounded(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        on_delete_user(timeout=timeout)


@pytest.mark.parametrize("function", [lambda: None, lambda payload: None, lambda user, effects: None, int])
def test_it_takes_the_user_and_the_request_and_no_more(function: Any) -> None:
    with pytest.raises(TypeError):
        on_delete_user()(function)


def test_there_is_one_of_them() -> None:
    @on_delete_user()
    def one(user: str) -> None: ...

    @on_delete_user()
    def other(user: str) -> None: ...

    registry = Registry()
    registry.collect([one, one])
    with pytest.raises(ValueError, match="already"):
        registry.collect([other])
    assert registry.types() == [], "nobody can send a request of it"


def test_an_application_that_has_one_says_so_in_its_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "handlers").mkdir()
    (tmp_path / "handlers" / "users_of_a_test.py").write_text(MODULE)
    (tmp_path / FILE).write_text("{}")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "handlers"]:
        monkeypatch.delitem(sys.modules, name)

    registry = load(samples=False, application=tmp_path)
    inventory.complete(tmp_path, registry)

    assert registry.on_delete_user is not None
    manifest = read(tmp_path)
    assert manifest is not None and manifest.deletes_users  # noqa: PT018
    for name in [name for name in sys.modules if name.partition(".")[0] == "handlers"]:
        monkeypatch.delitem(sys.modules, name)
