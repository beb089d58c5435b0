"""Requests are found by status and type, and what is looked for stays in the address."""

from playwright.sync_api import Locator, expect

from tests.browser.axe import require_no_barrier
from tests.browser.conftest import OpenConsole
from tests.browser.console_page import DONE_WITHIN_MS, ConsolePage
from tests.browser.test_access import OVERFLOW, PHONE


def found(console: ConsolePage) -> Locator:
    return console.page.get_by_role("list", name="Requests found").get_by_role("button")


def test_what_is_rare_is_found_by_keyboard_and_again_after_a_reload(console: ConsolePage) -> None:
    console.sign_up()
    console.send("fail", Times="100")
    console.send("echo", "Send 20")
    console.expect_fact("head", "21")
    page, keyboard = console.page, console.page.keyboard

    page.get_by_text("Find requests").focus()
    keyboard.press("Enter")
    keyboard.press("Tab")
    expect(page.get_by_label("With status")).to_be_focused()
    keyboard.type("failed")
    keyboard.press("Tab")
    keyboard.type("fail")
    keyboard.press("Enter")

    expect(found(console)).to_have_count(1)
    expect(page.get_by_text("1 request found.")).to_be_visible()
    assert page.url.endswith("/#status=failed&type=fail")
    page.reload()
    expect(found(console)).to_have_count(1, timeout=DONE_WITHIN_MS)
    expect(page.get_by_label("Of type")).to_have_value("fail")
    require_no_barrier(page)
    found(console).focus()
    keyboard.press("Enter")
    expect(console.details.get_by_role("heading", name="Request 1", exact=True)).to_be_visible()
    expect(console.details).to_contain_text("Failed on purpose")
    assert console.errors == []


def test_pages_follow_one_another_and_nothing_is_left_for_the_next_user(open_console: OpenConsole) -> None:
    console = open_console(PHONE, "/#type=echo")
    console.sign_up()
    console.send("echo", "Send 20")
    console.send("echo", "Send 20")
    console.expect_fact("head", "40")
    page = console.page

    console.button("Find").click()
    expect(page.get_by_text("20 requests found so far.")).to_be_visible()
    console.button("Show more").click()
    expect(page.get_by_text("40 requests found.")).to_be_visible()
    expect(found(console)).to_have_count(40)
    expect(found(console).nth(20)).to_be_focused()
    expect(console.button("Show more")).to_be_hidden()
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_label("With status").select_option("failed")
    expect(page.get_by_text("No request is like this.")).to_be_visible()
    console.button("Sign out").click()

    expect(page.get_by_label("Username")).to_be_visible()
    assert page.url.endswith("/")
    assert console.errors == []
