"""A backend with users of its own gets ordered work done, though it is killed in the middle."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from infra import service_keys
from local_cloud.waiting import wait_until
from tests.browser.console_page import ConsolePage
from tests.examples.conftest import EXAMPLES, HOST, ExamplesStack

SCOPES = ("enqueue:print", "tokens", "read")
SECONDS = 60
PAGES = 40  # a print of 12 seconds: long enough to be seen by a console that looks every ten


class Shop:
    """The process of examples/prints/backend.py, which can be killed and started again."""

    def __init__(self, deployed: ExamplesStack, key: str, database: Path) -> None:
        self.url = f"http://{HOST}:{deployed.shop_port}"
        self.database = database
        self._environment = {
            "PATH": os.environ["PATH"],
            "GURUKOOL_URL": deployed.api_url,
            "GURUKOOL_KEY": key,
            "WEBHOOK_SECRET": deployed.webhook_secret,
            "SHOP_URL": self.url,
            "DATABASE": str(database),
        }
        self._port = deployed.shop_port
        self._clients = ExitStack()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "backend:app", "--port", str(self._port)]
        self._process = subprocess.Popen(command, cwd=EXAMPLES / "prints", env=self._environment)
        assert wait_until(self._answers, SECONDS)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/prints").status_code > 0
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        self._clients.close()
        self.kill()

    def sign_up(self, name: str) -> httpx.Client:
        answer = httpx.post(f"{self.url}/users", json={"name": name}).raise_for_status()
        client = httpx.Client(base_url=self.url, timeout=SECONDS)
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        self._clients.enter_context(client)
        return client

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query, values).fetchall()


@pytest.fixture
def shop(deployed: ExamplesStack, tmp_path: Path) -> Iterator[Shop]:
    tables = service_keys.Tables(deployed.outputs["ServicesTable"], deployed.outputs["AuditTable"])
    key = service_keys.make(deployed.emulator.client("dynamodb"), tables, "shop", SCOPES, days=1)
    shop = Shop(deployed, key.splitlines()[0], tmp_path / "shop.db")
    yield shop
    shop.end()


def test_each_users_prints_are_done_in_order_though_the_shop_is_killed(shop: Shop, browser: Browser) -> None:
    users = {name: shop.sign_up(name) for name in ("ada", "bob")}
    links = [order(client, 1) for _ in range(2) for client in users.values()]
    with browser.new_context() as context:
        console = ConsolePage.open(context, links[-1])
        console.expect_cell(2, "print, succeeded")  # the console is there before the print that it is to show
        for client in users.values():
            order(client, PAGES)
        console.cell(3).click()
        expect(console.details.get_by_text(re.compile(rf"Page \d+ of {PAGES}"))).to_be_visible()

    shop.kill()
    # As if that had been before it stored the number of one print, and before it enqueued another.
    with closing(sqlite3.connect(shop.database, autocommit=True)) as connection:
        connection.execute("UPDATE prints SET seq = NULL WHERE seq = 3")
        connection.execute("INSERT INTO prints (user, pages) VALUES ('ada', 1)")
    shop.start()

    assert wait_until(lambda: not shop.rows("SELECT 1 FROM prints WHERE status IS NULL"), SECONDS)
    for name, ordered in (("ada", [1, 1, PAGES, 1]), ("bob", [1, 1, PAGES])):
        prints = users[name].get("/prints").json()
        assert prints == [[seq, n, "succeeded"] for seq, n in enumerate(ordered, 1)]
        notices = shop.rows("SELECT text FROM notices WHERE user = ? ORDER BY rowid", name)
        assert notices == [(f"Print {seq}: succeeded",) for seq, _, _ in prints]


def order(client: httpx.Client, pages: int) -> str:
    return str(client.post("/prints", json={"pages": pages}).raise_for_status().json()["watch"])
