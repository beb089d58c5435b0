"""Signing in and out, by keyboard, on a phone; and the browser has nothing to complain of."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import OpenConsole
from tests.browser.console_page import PASSWORD, ConsolePage, new_username
from tests.conftest import DeployedStack

PHONE: ViewportSize = {"width": 320, "height": 640}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_a_wrong_password_is_answered_with_the_sentence_of_the_problem(console: ConsolePage) -> None:
    username = console.sign_up()
    console.button("Sign out").click()
    with console.page.expect_response("**/api/auth/login") as answered:
        console.sign_in(username, "not the password")
    problem = answered.value.json()
    assert problem["status"] == 401
    expect(console.page.get_by_role("alert").filter(has_text=problem["detail"])).to_be_visible()


def test_a_taken_username_is_explained(console: ConsolePage, open_console: OpenConsole) -> None:
    username = console.sign_up()
    elsewhere = open_console()
    elsewhere.button("Create an account").click()
    elsewhere.fill_in(username, PASSWORD)
    with elsewhere.page.expect_response("**/api/auth/register") as answered:
        elsewhere.button("Create an account").click()
    assert answered.value.status == 409
    expect(
        elsewhere.page.get_by_role("alert").filter(has_text=answered.value.json()["detail"])
    ).to_be_visible()


def test_signing_out_ends_the_session_and_one_can_sign_in_again(console: ConsolePage) -> None:
    username = console.sign_up()
    console.send("echo")
    console.expect_cell(1, "echo, succeeded")
    with console.page.expect_request("**/api/auth/logout") as request:
        console.button("Sign out").click()
    token = request.value.all_headers()["authorization"]
    request.value.response()
    body = {"type": "echo", "payload": {}}
    refused = console.page.request.post("/api/queue/enqueue", data=body, headers={"Authorization": token})
    assert refused.status == 401
    console.sign_in(username)
    console.expect_cell(1, "echo, succeeded")


def test_when_the_session_ends_the_user_is_signed_out_and_told(console: ConsolePage) -> None:
    username = console.sign_up()
    unauthorised = {"status": 401, "json": {"status": 401, "detail": "The session is over."}}
    console.page.route("**/api/queue", lambda route: route.fulfill(**unauthorised))
    expect(console.page.get_by_text("Your session has ended. Sign in again.")).to_be_visible(timeout=15_000)
    expect(console.page.get_by_role("heading", name="Your queue")).to_be_hidden()
    expect(console.page.get_by_label("Password")).to_be_focused()
    expect(console.page.get_by_label("Username")).to_have_value(username)


def test_an_access_token_that_has_expired_is_replaced_unnoticed(console: ConsolePage) -> None:
    console.sign_up()
    console.refuse_token_once("**/api/queue/outcomes*")
    with console.page.expect_response("**/api/auth/refresh") as refreshed:
        console.page.get_by_role("button", name="Dequeue next outcome").click()
    assert refreshed.value.status == 200
    expect(console.page.get_by_role("heading", name="Your queue")).to_be_visible()


def test_the_whole_way_can_be_gone_by_keyboard(console: ConsolePage) -> None:
    keyboard = console.page.keyboard
    expect(console.page.get_by_label("Username")).to_be_focused()
    for _ in range(3):
        keyboard.press("Tab")
    keyboard.press("Enter")  # "Create an account" instead of "Sign in"
    for _ in range(3):
        keyboard.press("Shift+Tab")
    keyboard.type(new_username())
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(console.page.get_by_role("heading", name="Your queue")).to_be_focused()
    for name in ("More", "Send one"):  # once the first answers are there
        expect(console.button(name)).to_be_enabled()
    for name in ("Dequeue next outcome", "More"):
        keyboard.press("Tab")
        expect(console.button(name)).to_be_focused()
    for _ in range(7):  # find, signs, type, message, JSON, when, and the button
        keyboard.press("Tab")
    expect(console.button("Send one")).to_be_focused()
    for _ in range(3):
        keyboard.press("Enter")
    console.expect_cell(3, "echo, succeeded")


def test_arrow_keys_move_along_the_lane_and_enter_shows_a_request(console: ConsolePage) -> None:
    console.sign_up()
    console.send("echo", "Send 20")
    console.expect_cell(20, "echo, succeeded")
    console.cell(1).focus()
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowLeft"):
        console.page.keyboard.press(key)
    expect(console.cell(19)).to_be_focused()
    console.page.keyboard.press("Enter")
    expect(console.details.get_by_role("heading", name="Request 19")).to_be_visible()
    console.page.keyboard.press("Tab")
    expect(console.page.get_by_text("Find requests")).to_be_focused()


@pytest.mark.parametrize("viewport", [PHONE, {"width": 390, "height": 844}])
def test_on_a_phone_nothing_scrolls_sideways(open_console: OpenConsole, viewport: ViewportSize) -> None:
    console = open_console(viewport)
    assert console.page.evaluate(OVERFLOW) == 0
    console.sign_up()
    for handler in ("sleep", "fail", "http", "echo"):
        console.choose(handler)
        assert console.page.evaluate(OVERFLOW) == 0
    console.send("echo", "Send 20", Message="long" * 200)
    console.expect_fact("head", "20")
    console.expect_cell(20, "echo, succeeded")
    console.cell(20).click()
    expect(console.details).to_contain_text("longlong")
    assert console.page.evaluate(OVERFLOW) == 0


def test_it_works_under_the_prefix_of_a_stage_as_on_aws(
    open_console: OpenConsole, stack: DeployedStack
) -> None:
    console = open_console(address=f"{stack.emulator.edge_url}/_aws/execute-api/gurukool/live/")
    console.sign_up()
    console.send("echo")
    console.expect_cell(1, "echo, succeeded")
    assert console.errors == []


def test_the_browser_sees_no_violation_and_no_error(console: ConsolePage) -> None:
    console.sign_up()
    console.send("fail", Times="100")
    console.send("sleep", "Send 20", Seconds="0")
    console.expect_cell(21, "sleep, succeeded")
    console.cell(1).click()
    console.button("Dequeue next outcome").click()
    expect(console.details).to_contain_text("Dequeued: request 1 failed.")
    console.button("Sign out").click()
    assert console.errors == []


def test_a_violation_would_be_noticed(console: ConsolePage) -> None:
    """Without this the test above might pass because it hears nothing."""
    console.page.evaluate("document.head.append(document.createElement('style'))")
    console.page.evaluate("document.querySelector('style').textContent = 'p {}'")
    console.page.wait_for_function("document.querySelector('style') !== null")
    assert any("violation of style-src" in error for error in console.errors)
