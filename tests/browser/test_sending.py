"""What the page says of what was pressed: of lost answers, refusals, and of the same thing twice."""

import re

from playwright.sync_api import Route, expect

from tests.browser.axe import require_no_barrier
from tests.browser.console_page import ConsolePage

ENQUEUE = "**/api/queue/enqueue"
NOT_JSON = re.compile("This is not JSON")


def lose_the_first_calls(console: ConsolePage, count: int) -> list[str | None]:
    """The keys of all calls, as they come."""
    keys: list[str | None] = []

    def lose(route: Route) -> None:
        keys.append(route.request.header_value("idempotency-key"))
        if len(keys) <= count:
            route.abort()
        else:
            route.continue_()

    console.page.route(ENQUEUE, lose)
    return keys


def expect_after_two_looks(console: ConsolePage, words: str) -> None:
    for _ in range(2):
        with console.page.expect_response("**/api/queue"):
            pass
    expect(console.page.get_by_text(words)).to_be_visible()


def test_what_is_pressed_after_a_lost_answer_is_sent_after_it(console: ConsolePage) -> None:
    console.sign_up()
    keys = lose_the_first_calls(console, 1)
    console.send("echo", Message="one")
    expect(console.page.get_by_text("It is not known whether the request was accepted.")).to_be_visible()
    console.send_json("echo", "{message: 1}")
    expect(console.page.get_by_label("Payload", exact=True)).to_have_accessible_error_message(NOT_JSON)
    expect(console.button("Try again")).to_be_visible()
    require_no_barrier(console.page)

    console.send("sleep", Seconds="0")

    console.expect_cell(1, "echo, succeeded")
    console.expect_cell(2, "sleep, succeeded")
    expect(console.button("Try again")).to_be_hidden()
    assert keys[0] == keys[1] != keys[2]


def test_a_request_whose_answer_was_lost_can_be_given_up(console: ConsolePage) -> None:
    console.sign_up()
    lose_the_first_calls(console, 2)
    console.send("echo")
    expect(console.button("Give up")).to_be_visible()
    console.send("sleep", Seconds="0")
    expect(console.page.get_by_text("1 request waits behind it.")).to_be_visible()

    console.button("Give up").click()

    console.expect_cell(1, "sleep, succeeded")
    expect(console.button("Give up")).to_be_hidden()


def test_a_refusal_is_no_lost_answer_and_stays_on_show(console: ConsolePage) -> None:
    console.sign_up()
    full = {"status": 429, "code": "queue_full", "detail": "The queue is full."}
    console.page.route(ENQUEUE, lambda route: route.fulfill(status=429, json=full))

    console.send("echo")

    expect_after_two_looks(console, "The queue is full.")
    expect(console.button("Try again")).to_be_hidden()


def test_the_same_sentence_is_news_to_a_screen_reader_if_it_answers_another_press(
    console: ConsolePage,
) -> None:
    console.sign_up()
    message = console.page.locator("#details-message")
    text = "() => document.getElementById('details-message').textContent"
    console.page.get_by_role("button", name="Dequeue").click()
    expect(message).to_have_text("Nothing to dequeue: no outcome is waiting.")
    before = console.page.evaluate(text)

    console.page.get_by_role("button", name="Dequeue").click()

    console.page.wait_for_function(f"before => ({text})() !== before", arg=before)
    expect(message).to_have_text("Nothing to dequeue: no outcome is waiting.")


def test_what_became_of_an_export_stays_on_show(console: ConsolePage) -> None:
    console.sign_up()
    console.button("More").click()
    console.button("Export your data").click()
    expect(console.page.get_by_text("Your data was exported.")).to_be_visible()
    expect_after_two_looks(console, "Your data was exported.")
    away = {"status": 503, "detail": "The service is away."}
    console.page.route("**/api/account/export?*", lambda route: route.fulfill(status=503, json=away))

    console.button("More").click()
    console.button("Export your data").click()

    expect(console.page.get_by_text("Your data was not exported.")).to_be_visible()
    expect_after_two_looks(console, "Your data was not exported.")
