"""The API's page as the API serves it."""

import re
from collections.abc import Iterator

import pytest
from chalice.test import Client

from app import app
from chalicelib.api.pages import console
from chalicelib.api.pages.docs import FILES, PAGE

SERVED = sorted(path.name for path in FILES.iterdir() if path.name != PAGE)
TEXT = (FILES / PAGE).read_text()


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client(app) as client:
        yield client


def test_the_page_and_its_files_are_served_under_the_strict_policy(client: Client) -> None:
    for path in ("/docs", *(f"/docs/{name}" for name in SERVED)):
        answer = client.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Security-Policy"] == console.CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("name", ["index.html", "none.js", "..%2fapp.py", ".env", "docs.js%0a"])
def test_nothing_else_is(client: Client, name: str) -> None:
    assert client.http.get(f"/docs/{name}").status_code == 404


def test_the_page_loads_its_own_files_and_the_consoles_only() -> None:
    own = {f"docs/{name}" for name in SERVED}
    consoles = {f"console/{path.name}" for path in console.FILES.iterdir()}
    loaded = set(re.findall(r'(?:src|href)="([^"#]+)"', TEXT)) - {".", "api/openapi.json"}

    assert own <= loaded <= own | consoles
    script = (FILES / "docs.js").read_text()
    assert not re.search(r"""["'`]/\w|https?://|innerHTML|insertAdjacentHTML""", script)
