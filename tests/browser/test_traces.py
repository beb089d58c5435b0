"""Administrators of a deployment without X-Ray learn how to see traces."""

from playwright.sync_api import expect

from tests.browser.axe import require_no_barrier
from tests.browser.conftest import OpenConsole
from tests.browser.console_page import DONE_WITHIN_MS
from tests.browser.test_metrics import sign_in_again_as_administrator
from tests.conftest import DeployedStack

SUMMARY = "What a call has caused"


def test_a_deployment_without_x_ray_says_how_to_switch_traces_on(
    open_console: OpenConsole, stack: DeployedStack
) -> None:
    console = open_console()
    page = console.page
    username = console.sign_up()
    expect(page.get_by_text(SUMMARY)).to_be_hidden()
    sign_in_again_as_administrator(console, stack, username)

    page.get_by_text(SUMMARY).click(timeout=DONE_WITHIN_MS)
    page.get_by_label("Id of a trace").fill("7")
    console.button("Show").click()
    expect(page.get_by_text("An id of a trace has 32 hexadecimal digits.")).to_be_visible()
    page.get_by_label("Id of a trace").fill("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    console.button("Show").click()

    expect(page.get_by_text("parameter Tracing is off")).to_be_visible()
    require_no_barrier(page)
