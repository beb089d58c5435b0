"""The shop of examples/prints, when Gurukool refuses the orders of one of its users."""

import asyncio
import importlib.util
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


def test_it_holds_up_nobody_else_and_is_handed_over_later(backend: Any) -> None:
    refused, numbers = {"ada"}, dict.fromkeys(("ada", "bob"), 0)

    def answer(request: httpx.Request) -> httpx.Response:
        user = request.url.path.split("/")[3]
        if user in refused:
            return httpx.Response(429)
        numbers[user] += request.url.path.endswith("/enqueue")
        return httpx.Response(200, json={"seq": numbers[user], "token": "t"})

    backend.gurukool = httpx.Client(transport=httpx.MockTransport(answer))
    shop = Shop(backend)

    def sign_up(name: str) -> dict[str, str]:
        token = shop.post("/users", json={"name": name}).json()["token"]
        return {"Authorization": f"Bearer {token}"}

    ada, bob = sign_up("ada"), sign_up("bob")
    answers = [
        shop.post("/prints", json={"pages": n}, headers=who) for n, who in ((1, ada), (2, ada), (3, bob))
    ]

    assert [answer.status_code for answer in answers] == [202] * 3
    assert shop.get("/prints", headers=ada).json() == [[None, 1, None], [None, 2, None]]
    assert shop.get("/prints", headers=bob).json() == [[1, 3, None]]

    refused.clear()
    backend.hand_over()
    assert shop.get("/prints", headers=ada).json() == [[1, 1, None], [2, 2, None]]


def test_a_name_is_given_once(backend: Any) -> None:
    shop = Shop(backend)

    assert [shop.post("/users", json={"name": "ada"}).status_code for _ in range(2)] == [200, 409]
