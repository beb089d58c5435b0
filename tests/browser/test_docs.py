"""The API's page as its reader sees it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenConsole


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("post", "/api/queue/enqueue", "Needs an access token."),
        ("post", "/api/users/{user}/queue/enqueue", "Needs the key of a service."),
        ("get", "/api/admin/stats", "For administrators. Needs an access token."),
        ("get", "/api/health", "Needs no access token."),
    ],
)
def test_an_operation_says_which_token_it_accepts(
    open_console: OpenConsole, method: str, path: str, words: str
) -> None:
    page = open_console(address="/docs").page
    operation = page.request.get("/api/openapi.json").json()["paths"][path][method]

    expect(page.locator(f"[id='{operation['operationId']}']")).to_contain_text(words)
