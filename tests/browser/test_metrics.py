"""Administrators see how the service runs."""

import re

from playwright.sync_api import expect

from infra import roles
from tests.browser.axe import require_no_barrier
from tests.browser.conftest import OpenConsole
from tests.browser.console_page import DONE_WITHIN_MS, ConsolePage
from tests.browser.test_access import OVERFLOW, PHONE
from tests.conftest import DeployedStack

SUMMARY = "How the service runs"


def sign_in_again_as_administrator(console: ConsolePage, stack: DeployedStack, username: str) -> None:
    tables = roles.Tables(stack.outputs["AccountsTable"], stack.outputs["AuditTable"])
    roles.give(stack.emulator.client("dynamodb"), tables, username, "admin")
    console.button("Sign out").click()
    console.sign_in(username)


def test_an_administrator_opens_the_charts(open_console: OpenConsole, stack: DeployedStack) -> None:
    console = open_console(PHONE)
    username = console.sign_up()
    console.send("echo", "Send 20")
    console.expect_fact("head", "20")
    page = console.page
    expect(page.get_by_text(SUMMARY)).to_be_hidden()

    sign_in_again_as_administrator(console, stack, username)
    page.get_by_text(SUMMARY).click(timeout=DONE_WITHIN_MS)
    page.get_by_label("In the last").select_option("day")

    requests = page.get_by_role("figure", name="Requests", exact=True)
    expect(requests.get_by_role("img")).to_have_accessible_name(
        re.compile(r"Requests: accepted \d+, succeeded \d+, failed \d+")
    )
    waits = page.get_by_role("figure", name="Waits", exact=True)
    expect(waits).to_contain_text("p99 at most")
    expect(page.get_by_role("figure")).to_have_count(6)
    require_no_barrier(page)
    assert page.evaluate(OVERFLOW) == 0
    assert console.errors == []


def test_metrics_that_cannot_be_read_are_told(open_console: OpenConsole, stack: DeployedStack) -> None:
    console = open_console()
    page = console.page
    sentence = "CloudWatch does not answer, so that no metrics can be shown."
    problem = {"status": 503, "detail": sentence}
    page.route("**/api/admin/metrics?*", lambda route: route.fulfill(status=503, json=problem))
    sign_in_again_as_administrator(console, stack, console.sign_up())

    page.get_by_text(SUMMARY).click(timeout=DONE_WITHIN_MS)

    expect(page.get_by_text(sentence)).to_be_visible()
