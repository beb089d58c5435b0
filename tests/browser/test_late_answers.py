"""The answer of an action comes when another request is on show."""

from playwright.sync_api import Route, ViewportSize, expect

from tests.browser.conftest import OpenConsole
from tests.browser.console_page import ConsolePage

PHONE: ViewportSize = {"width": 390, "height": 844}


def skip_and_hold_the_answer(console: ConsolePage) -> Route:
    """Request 1 halts the queue; 2 waits behind it."""
    held: list[Route] = []
    console.page.route("**/api/queue/requests/1/skip", lambda route: held.append(route))  # noqa: PLW0108 - Playwright puts a mark on it
    console.sign_up()
    console.say_when(Attempts_at_most="1")
    console.halt_if_it_fails()
    console.send("fail", Times="100")
    console.send("echo")
    console.expect_cell(1, "fail, halted")
    console.cell(1).click()
    with console.page.expect_request("**/api/queue/requests/1/skip"):
        console.details.get_by_role("button", name="Skip").click()
    expect(console.details.get_by_role("button", name="Skip")).to_have_attribute("aria-busy", "true")
    return held[0]


def test_a_late_answer_is_not_shown_in_the_panel_of_another_request(console: ConsolePage) -> None:
    answer = skip_and_hold_the_answer(console)
    console.cell(2).click()
    expect(console.details.get_by_role("heading", name="Request 2")).to_be_visible()

    answer.continue_()

    console.expect_cell(2, "echo, succeeded")
    expect(console.details.get_by_role("heading", name="Request 2")).to_be_visible()
    expect(console.details).to_contain_text("echo")
    expect(console.details).not_to_contain_text("Failed on purpose")


def test_a_late_answer_does_not_open_the_panel_again(open_console: OpenConsole) -> None:
    console = open_console(PHONE)  # where the panel can be closed
    answer = skip_and_hold_the_answer(console)
    console.button("Close").click()

    answer.continue_()

    console.expect_cell(2, "echo, succeeded")
    expect(console.details).to_contain_text("Choose a request in the lane")


def test_a_late_refusal_says_which_request_it_is_about(console: ConsolePage) -> None:
    answer = skip_and_hold_the_answer(console)
    console.cell(2).click()

    answer.fulfill(status=409, json={"status": 409, "code": "not_halting", "detail": "It does not halt."})

    expect(console.details).to_contain_text("Request 1: It does not halt.")
    expect(console.details.get_by_role("heading", name="Request 2")).to_be_visible()
