"""The shop of examples/prints, when Gurukool refuses orders, or answers none as it should."""

import asyncio
import importlib.util
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

BACKEND = Path(__file__).parents[2] / "examples/prints/backend.py"


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    given = {"GURUKOOL_URL": "http://gurukool", "GURUKOOL_KEY": "gk_1", "WEBHOOK_SECRET": "whsec_c2VjcmV0"}
    for name, value in {**given, "DATABASE": str(tmp_path / "shop.db")}.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("shop_backend", BACKEND)
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Shop:
    """What calls the shop's routes."""

    def __init__(self, backend: Any) -> None:
        self._app = backend.app

    def get(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._sent("GET", path, options))

    def post(self, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._sent("POST", path, options))

    async def _sent(self, method: str, path: str, options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.request(method, path, **options)


class Gurukool:
    """What the shop calls: it takes everything, except from users whom it refuses, or while it is broken."""

    def __init__(self, backend: Any) -> None:
        self.refused = set[str]()
        self.is_broken = False
        self.called_for = list[str]()
        self._numbers = Counter[str]()
        backend.gurukool = httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        user = request.url.path.split("/")[3]
        self.called_for.append(user)
        if self.is_broken:
            return httpx.Response(200, text="Back soon")
        if user in self.refused:
            return httpx.Response(429)
        self._numbers[user] += request.url.path.endswith("/enqueue")
        return httpx.Response(200, json={"seq": self._numbers[user], "token": "t"})


def sign_up(shop: Shop, name: str) -> dict[str, str]:
    token = shop.post("/users", json={"name": name}).json()["token"]
    return {"Authorization": f"Bearer {token}"}


def test_it_holds_up_nobody_else_and_is_handed_over_later(backend: Any) -> None:
    shop, gurukool = Shop(backend), Gurukool(backend)
    ada, bob = sign_up(shop, "ada"), sign_up(shop, "bob")
    gurukool.refused.add("ada")

    answers = [
        shop.post("/prints", json={"pages": n}, headers=who) for n, who in ((1, ada), (2, ada), (3, bob))
    ]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert shop.get("/prints", headers=ada).json() == [[None, 1, None], [None, 2, None]]
    assert shop.get("/prints", headers=bob).json() == [[1, 3, None]]

    gurukool.refused.clear()
    backend.hand_over_all()
    assert shop.get("/prints", headers=ada).json() == [[1, 1, None], [2, 2, None]]


def two_turns(backend: Any, in_between: Callable[[], None]) -> None:
    """Two turns of the thread that hands over."""
    pauses = iter([in_between])

    def pause(_: float) -> None:
        next(pauses)()

    backend.sleep = pause
    with pytest.raises(StopIteration):
        backend.keep_handing_over()


def test_an_answer_that_is_none_ends_nothing(backend: Any) -> None:
    shop, gurukool = Shop(backend), Gurukool(backend)
    ada = sign_up(shop, "ada")
    gurukool.is_broken = True

    answer = shop.post("/prints", json={"pages": 1}, headers=ada)
    two_turns(backend, lambda: setattr(gurukool, "is_broken", False))

    assert (answer.status_code, answer.json()) == (202, {"watch": None})
    assert shop.get("/prints", headers=ada).json() == [[1, 1, None]]


def test_a_database_that_is_busy_ends_nothing(backend: Any) -> None:
    shop, gurukool = Shop(backend), Gurukool(backend)
    ada = sign_up(shop, "ada")
    gurukool.refused.add("ada")
    shop.post("/prints", json={"pages": 1}, headers=ada)
    gurukool.refused.clear()
    database, backend.database = backend.database, None  # the first turn fails in its first line

    two_turns(backend, lambda: setattr(backend, "database", database))

    assert shop.get("/prints", headers=ada).json() == [[1, 1, None]]


def test_an_order_does_not_wait_for_those_of_others(backend: Any) -> None:
    shop, gurukool = Shop(backend), Gurukool(backend)
    ada, bob = sign_up(shop, "ada"), sign_up(shop, "bob")
    gurukool.refused.add("ada")
    shop.post("/prints", json={"pages": 1}, headers=ada)
    gurukool.called_for.clear()

    shop.post("/prints", json={"pages": 1}, headers=bob)

    assert {*gurukool.called_for} == {"bob"}


def test_a_name_is_given_once(backend: Any) -> None:
    shop = Shop(backend)

    assert [shop.post("/users", json={"name": "ada"}).status_code for _ in range(2)] == [200, 409]
