"""The lane shows what becomes of one's requests, and of nobody else's."""

import re

from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenConsole
from tests.browser.console_page import DONE_WITHIN_MS, ConsolePage


def test_a_burst_of_twenty_succeeds_in_order_and_the_cursors_move(console: ConsolePage) -> None:
    console.sign_up()
    console.send("echo", "Send 20")
    expect(console.page.get_by_text("20 requests were accepted, numbers 1 to 20.")).to_be_visible(
        timeout=DONE_WITHIN_MS
    )
    for seq in range(1, 21):
        console.expect_cell(seq, "echo, succeeded")
    for term, value in {"tail": "20", "head": "20", "read": "0", "Depth": "0", "Succeeded": "20"}.items():
        console.expect_fact(term, value)


def test_dequeue_takes_the_outcomes_one_by_one_and_moves_read(console: ConsolePage) -> None:
    console.sign_up()
    console.send("echo", Message="first")
    console.send("echo", Message="second")
    console.expect_fact("head", "2")
    for seq, message in ((1, "first"), (2, "second")):
        console.button("Dequeue next outcome").click()
        expect(console.details).to_contain_text(f"Dequeued: request {seq} succeeded.")
        expect(console.details).to_contain_text(f'"message": "{message}"')
        console.expect_fact("read", str(seq))
    console.button("Dequeue next outcome").click()
    expect(console.details).to_contain_text("Nothing to dequeue: no outcome is waiting.")


def test_a_failing_request_is_shown_as_failed_with_its_error(console: ConsolePage) -> None:
    console.sign_up()
    console.send("fail", Times="100")
    console.expect_cell(1, "fail, failed")
    console.cell(1).click()
    expect(console.details.get_by_role("heading", name="Request 1")).to_be_visible()
    expect(console.details).to_contain_text("failed")
    expect(console.details).to_contain_text("Failed on purpose")
    console.expect_fact("Failed", "1")


def test_raw_json_is_sent_as_it_is_written(console: ConsolePage) -> None:
    console.sign_up()
    console.send_json("echo", '{"list": [1, null, "ü"], "id": 12345678901234567890}')
    console.expect_cell(1, "echo, succeeded")
    console.cell(1).click()
    for written in ('"ü"', "12345678901234567890"):
        expect(console.details.get_by_role("region", name="Result")).to_contain_text(written)
        expect(console.details.get_by_role("region", name="Payload")).to_contain_text(written)


def test_a_refused_request_is_explained_under_the_field(console: ConsolePage) -> None:
    console.sign_up()
    console.send_json("echo", "{message: 1}")
    payload = console.page.get_by_label("Payload", exact=True)
    expect(payload).to_have_accessible_error_message(re.compile("This is not JSON"))
    payload.fill("{}")
    expect(console.page.get_by_text("This is not JSON")).to_be_hidden()
    console.choose("sleep")
    with console.page.expect_response("**/api/queue/enqueue") as answered:
        console.send("sleep", Seconds="21")
    [fault] = answered.value.json()["errors"]
    assert fault["path"] == "payload.seconds"
    seconds = console.page.get_by_label("Seconds", exact=True)
    expect(seconds).to_have_accessible_error_message(fault["message"])
    expect(seconds).to_be_focused()
    console.expect_fact("tail", "0")


def test_a_second_user_does_not_see_the_lane_of_the_first(
    console: ConsolePage, open_console: OpenConsole
) -> None:
    console.sign_up()
    console.send("echo")
    console.expect_cell(1, "echo, succeeded")
    console.cell(1).click()
    elsewhere = open_console()
    elsewhere.sign_up()
    elsewhere.expect_fact("tail", "0")
    console.button("Sign out").click()
    console.sign_up()
    console.expect_fact("tail", "0")
    for view in (console, elsewhere):
        expect(view.cells).to_have_count(0)
        expect(view.details).to_contain_text("Choose a request")
        expect(view.page.get_by_text("Nothing has been sent yet")).to_be_visible()


def test_what_one_user_is_still_sending_never_reaches_the_queue_of_the_next(console: ConsolePage) -> None:
    held: list[Route] = []
    console.sign_up()
    console.page.route("**/api/queue/enqueue/batch", lambda route: held.append(route))  # noqa: PLW0108 - Playwright puts a mark on it
    with console.page.expect_request("**/api/queue/enqueue/batch"):
        console.send("echo", "Send 20")
    console.button("Send one").click()
    console.button("Sign out").click()
    console.sign_up()
    held[0].fulfill(status=202, json={"requests": [{"seq": 1}]})
    console.page.unroute("**/api/queue/enqueue/batch")
    console.send("sleep", Seconds="0")
    console.expect_cell(1, "sleep, succeeded")
    expect(console.page.get_by_text("Request 1 was accepted.")).to_be_visible()
    console.expect_fact("tail", "1")


def test_requests_keep_the_order_of_quick_presses(console: ConsolePage) -> None:
    console.sign_up()
    for message in ("one", "two", "three"):
        console.send("echo", Message=message)
    console.expect_cell(3, "echo, succeeded")
    for seq, message in enumerate(("one", "two", "three"), start=1):
        console.cell(seq).click()
        expect(console.details).to_contain_text(f'"message": "{message}"')
