"""A user who comes by a link with a minted token: their queue, and nothing else."""

import secrets

import jwt
import pytest
from playwright.sync_api import expect

from infra import service_keys
from local_cloud.api_client import Api, Session
from tests.browser.axe import require_no_barrier
from tests.browser.conftest import OpenConsole
from tests.conftest import DeployedStack

SCOPES = ("enqueue:*", "read", "dequeue", "control", "tokens")


@pytest.fixture
def backend(stack: DeployedStack) -> Session:
    tables = service_keys.Tables(stack.outputs["ServicesTable"], stack.outputs["AuditTable"])
    key = service_keys.make(stack.emulator.client("dynamodb"), tables, "shop", SCOPES, days=1)
    return Session(Api(stack.api_url), key.splitlines()[0])


def link(backend: Session, user: str, *scopes: str, **more: int) -> str:
    minted = {"scopes": list(scopes), "ttl_seconds": 600, **more}
    return f"/#token={backend.ask('POST', f'/api/users/{user}/tokens', minted)['token']}"


def test_a_link_shows_the_progress_of_a_user_who_has_no_account(
    open_console: OpenConsole, backend: Session
) -> None:
    user = f"ada:{secrets.token_hex(4)}"
    backend.ask("POST", f"/api/users/{user}/queue/enqueue", {"type": "echo", "payload": {"text": "hello"}})

    console = open_console(address=link(backend, user, "read"))

    console.expect_cell(1, "echo, succeeded")
    expect(console.page.locator("#who")).to_have_text(user)
    for name in ("Sign out", "Sign in", "Send one", "More"):
        expect(console.button(name)).to_be_hidden()
    assert console.page.evaluate("localStorage.length + sessionStorage.length") == 0
    require_no_barrier(console.page)
    assert console.errors == []


def test_a_link_with_more_scopes_offers_more(open_console: OpenConsole, backend: Session) -> None:
    console = open_console(address=link(backend, f"ada:{secrets.token_hex(4)}", "read", "enqueue:echo"))

    console.send("echo", Message="from the browser")

    console.expect_cell(1, "echo, succeeded")


def test_a_token_of_an_identity_provider_leaves_nothing_out(open_console: OpenConsole) -> None:
    """The stack has no provider, so its calls are answered here."""
    token = jwt.encode({"iss": "https://login.example", "sub": "auth0|5f7c", "scope": "openid"}, "k" * 32)
    console = open_console()
    console.page.route("**/api/queue**", lambda route: route.abort())

    console.page.goto(f"/#token={token}")

    expect(console.page.locator("#who")).to_have_text("auth0|5f7c")
    expect(console.button("Send one")).to_be_visible()


def test_a_link_for_one_request_says_that_it_shows_no_queue(
    open_console: OpenConsole, backend: Session
) -> None:
    console = open_console(address=link(backend, f"ada:{secrets.token_hex(4)}", "read", seq=1))

    expect(console.page.get_by_text("This link is for one request alone")).to_be_visible()
    expect(console.page.locator("#desk")).to_have_count(0)


def test_a_link_that_has_expired_says_so(open_console: OpenConsole, backend: Session) -> None:
    console = open_console(address="/#token=gone.gone.gone")

    expect(console.page.get_by_text("This link has expired.")).to_be_visible()
    expect(console.button("Sign in")).to_be_hidden()
