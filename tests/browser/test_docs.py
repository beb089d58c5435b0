"""The API's page as its reader sees it."""

from playwright.sync_api import expect

from tests.browser.console_page import ConsolePage

ACCEPTED = {
    ("post", "/api/queue/enqueue"): "Needs an access token.",
    ("post", "/api/users/{user}/queue/enqueue"): "Needs the key of a service.",
    ("get", "/api/admin/stats"): "For administrators. Needs an access token.",
    ("get", "/api/health"): "Needs no access token.",
}


def test_an_operation_says_which_token_it_accepts(console: ConsolePage) -> None:
    paths = console.page.request.get("/api/openapi.json").json()["paths"]

    console.page.goto("/docs")

    for (method, path), words in ACCEPTED.items():
        article = console.page.locator(f"[id='{paths[path][method]['operationId']}']")
        expect(article).to_contain_text(words)
