"""One sign-in for a browser: it survives a reload, is shared by its tabs, and leaves nothing behind."""

import json

from playwright.sync_api import Page, expect

from infra import sign_in_links
from tests.browser.axe import require_no_barrier
from tests.browser.conftest import OpenConsole
from tests.browser.console_page import PASSWORD, ConsolePage
from tests.conftest import DeployedStack

STORED = "JSON.stringify({ ...localStorage, ...sessionStorage })"
WRITTEN = """
document.documentElement.textContent + document.title +
  [...document.querySelectorAll("*")].flatMap(({ attributes }) => [...attributes].map(({ value }) => value)) +
  [...document.querySelectorAll("input, textarea")].map(({ value }) => value).join()
"""


def other_tab(console: ConsolePage) -> ConsolePage:
    return ConsolePage.open(console.page.context, "/")


def sessions_of(page: Page, username: str) -> int:
    """Counted by another sign-in, which is one more."""
    signed_in = page.request.post("/api/auth/login", data={"username": username, "password": PASSWORD}).json()
    token = {"Authorization": f"Bearer {signed_in['access_token']}"}
    return len(page.request.get("/api/auth/sessions", headers=token).json()["sessions"]) - 1


def test_a_sign_in_link_sets_a_new_password_and_signs_in(
    open_console: OpenConsole, console: ConsolePage, stack: DeployedStack
) -> None:
    username = console.sign_up()
    tables = sign_in_links.Tables(stack.outputs["AccountsTable"], stack.outputs["AuditTable"])
    made = sign_in_links.make(stack.emulator.client("dynamodb"), tables, "/", username, minutes=5)

    elsewhere = open_console(address=made.splitlines()[0])

    expect(elsewhere.page.get_by_label("Username")).to_have_value(username)
    require_no_barrier(elsewhere.page)
    elsewhere.page.get_by_label("Password", exact=True).fill("password")
    elsewhere.button("Set a new password").click()
    expect(elsewhere.page.get_by_text("is one of the most common passwords")).to_be_visible()
    elsewhere.page.get_by_label("Password", exact=True).fill("a quite different one")
    elsewhere.button("Set a new password").click()
    expect(elsewhere.page.get_by_role("heading", name="Your queue")).to_be_visible()
    assert "#" not in elsewhere.page.url
    expect(console.page.get_by_text("Your session has ended.")).to_be_visible()


def test_a_page_opened_by_a_sign_in_link_stays_when_another_tab_renews_its_session(
    console: ConsolePage,
) -> None:
    username = console.sign_up()
    by_link = ConsolePage.open(console.page.context, "/#sign-in=grace~0123456789")
    by_link.page.evaluate("addEventListener('storage', () => (window.isTold = true))")

    console.refuse_token_once("**/api/queue/outcomes*")
    console.page.get_by_role("button", name="Dequeue").click()
    expect(console.details).to_contain_text("Nothing to dequeue")

    by_link.page.wait_for_function("window.isTold")
    expect(by_link.page.get_by_role("heading", name="Set a new password")).to_be_visible()
    expect(by_link.page.get_by_label("Username")).to_have_value("grace")
    assert by_link.page.url.endswith("#sign-in=grace~0123456789")
    by_link.button("Sign in").click()  # "Know your password?"
    by_link.sign_in(username)
    for tab in (by_link, console):
        expect(tab.page.get_by_role("heading", name="Your queue")).to_be_visible()


def test_reloads_and_tabs_share_one_session(console: ConsolePage) -> None:
    username = console.sign_up()
    for _ in range(3):
        console.page.reload()
        expect(console.page.locator("#who")).to_have_text(username)
    elsewhere = other_tab(console)
    elsewhere.send("echo")
    for tab in (elsewhere, console):
        tab.expect_cell(1, "echo, succeeded")
    assert sessions_of(console.page, username) == 1


def test_signing_out_in_one_tab_signs_out_in_all(console: ConsolePage) -> None:
    username = console.sign_up()
    elsewhere = other_tab(console)
    expect(elsewhere.page.get_by_role("heading", name="Your queue")).to_be_visible()
    console.button("Sign out").click()
    expect(elsewhere.page.get_by_text("You have signed out in another tab.")).to_be_visible()
    elsewhere.sign_in(username)
    expect(console.page.get_by_role("heading", name="Your queue")).to_be_visible()


def test_signing_in_again_ends_the_session_that_the_browser_had(console: ConsolePage) -> None:
    """The tab has lost sight of it: its storage came back, say, from a backup."""
    username = console.sign_up()
    kept = console.page.evaluate(STORED)
    console.page.evaluate("localStorage.clear()")
    console.page.reload()
    console.page.evaluate(f"Object.assign(localStorage, {kept})")
    with console.page.expect_response("**/api/auth/logout"):
        console.sign_in(username)
    expect(console.page.get_by_role("heading", name="Your queue")).to_be_visible()
    assert sessions_of(console.page, username) == 1


def test_two_tabs_whose_access_tokens_expire_do_not_end_the_session(console: ConsolePage) -> None:
    username = console.sign_up()
    tabs = [console, other_tab(console)]
    for tab in tabs:
        expect(tab.page.get_by_role("heading", name="Your queue")).to_be_visible()
        tab.refuse_token_once("**/api/queue/outcomes*")
    for tab in tabs:
        tab.page.get_by_role("button", name="Dequeue").click()
    for tab in tabs:
        expect(tab.details).to_contain_text("Nothing to dequeue")
        tab.page.reload()
        expect(tab.page.locator("#who")).to_have_text(username)


# As a browser does whose storage is full.
STORES_NOTHING_MORE = """() => {
  Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


def test_a_browser_that_can_store_no_new_token_keeps_it_until_the_page_ends(console: ConsolePage) -> None:
    console.sign_up()
    console.page.evaluate(STORES_NOTHING_MORE)
    spent = list[str]()
    for _ in range(2):
        console.refuse_token_once("**/api/queue/outcomes*")
        with console.page.expect_request("**/api/auth/refresh") as refresh:
            console.page.get_by_role("button", name="Dequeue").click()
        spent.append(str(refresh.value.post_data))
        expect(console.details).to_contain_text("Nothing to dequeue")

    assert spent[0] != spent[1]
    assert console.page.evaluate("localStorage.length") == 0


KEPT = "Object.values(localStorage)[0]"
# As a tab for a moment sees what another tab has just replaced: when it starts, and before it refreshes.
SEES_OLD = """
let times = 2;
const read = Storage.prototype.getItem;
Storage.prototype.getItem = function (name) {
  return times-- > 0 ? %s : read.call(this, name);
};
"""


def test_a_tab_that_still_sees_a_spent_refresh_token_goes_on_with_the_session(console: ConsolePage) -> None:
    username = console.sign_up()
    spent = console.page.evaluate(KEPT)
    console.page.reload()  # spends it
    console.page.wait_for_function(f"spent => {KEPT} !== spent", arg=spent)

    console.page.context.add_init_script(SEES_OLD % json.dumps(spent))
    elsewhere = other_tab(console)

    elsewhere.send("echo")
    for tab in (elsewhere, console):
        tab.expect_cell(1, "echo, succeeded")
    assert sessions_of(console.page, username) == 1


def test_after_signing_out_nothing_of_the_user_is_left(console: ConsolePage) -> None:
    username = console.sign_up()
    console.send("echo", Message="4111-1111")
    console.expect_cell(1, "echo, succeeded")
    console.cell(1).click()
    expect(console.details.get_by_role("region", name="Result")).to_contain_text("4111-1111")
    assert username in console.page.evaluate(STORED)
    console.button("Sign out").click()
    expect(console.page.get_by_role("heading", name="Sign in")).to_be_visible()
    for left in (console.page.evaluate(WRITTEN), console.page.evaluate(STORED)):
        assert username not in left
        assert "4111" not in left
    assert console.page.evaluate("Object.keys(localStorage).length") == 0
