"""A service that is slow, silent or away, and an answer that gets lost."""

import re

from playwright.sync_api import Route, expect

from tests.browser.axe import require_no_barrier
from tests.browser.conftest import OpenConsole
from tests.browser.console_page import ConsolePage


def test_before_the_first_answer_nothing_is_said_and_nothing_moves_when_it_comes(
    console: ConsolePage,
) -> None:
    held: list[Route] = []
    console.page.route("**/api/queue", lambda route: held.append(route))  # noqa: PLW0108 - Playwright puts a mark on it
    with console.page.expect_request("**/api/queue"):
        console.sign_up()
    expect(console.page.get_by_text("Nothing has been sent yet")).to_be_hidden()
    expect(console.fact("Depth")).to_have_text("")
    lane = console.page.locator("#lane")
    before = lane.bounding_box()
    held[-1].continue_()
    console.expect_fact("Depth", "0")
    assert lane.bounding_box() == before


def test_before_the_first_answer_there_is_no_barrier(console: ConsolePage) -> None:
    console.page.route("**/api/queue", lambda route: None)
    with console.page.expect_request("**/api/queue"):
        console.sign_up()
    expect(console.fact("Depth")).to_have_text("")
    require_no_barrier(console.page)


def test_a_server_that_hangs_is_seen_and_given_up(console: ConsolePage) -> None:
    console.page.clock.install()
    console.sign_up()
    console.expect_fact("Depth", "0")
    console.page.route("**/api/**", lambda route: None)  # no answer ever
    for _ in range(15):
        console.page.clock.run_for(1_000)
    age = console.page.locator("#as-of")
    expect(age).to_have_attribute("data-late", "true")
    expect(age).to_contain_text(re.compile(r"as of \d\d:\d\d:\d\d · no answer for \d+ s"))
    dequeue = console.page.get_by_role("button", name="Dequeue")
    dequeue.click()
    expect(dequeue).to_have_attribute("aria-busy", "true")
    for _ in range(12):
        console.page.clock.run_for(1_000)
    expect(console.page.get_by_role("alert").filter(has_text="The service does not answer.")).to_be_visible()
    expect(dequeue).to_have_attribute("aria-busy", "false")
    expect(console.details).to_contain_text("The service does not answer.")
    require_no_barrier(console.page)
    console.page.unroute("**/api/**")
    for _ in range(35):
        console.page.clock.run_for(1_000)
    expect(age).to_have_attribute("data-late", "false")
    expect(console.page.get_by_text("The service does not answer.")).to_have_count(0)


def test_a_page_of_an_export_may_take_longer_than_other_reads(console: ConsolePage) -> None:
    held: list[Route] = []
    console.page.clock.install()
    console.sign_up()
    console.page.route("**/api/account/export?*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright puts a mark on it
    console.button("More").click()
    with console.page.expect_request("**/api/account/export?*"):
        console.button("Export your data").click()
    for _ in range(28):
        console.page.clock.run_for(1_000)

    held[0].continue_()

    expect(console.page.get_by_text("Your data was exported.")).to_be_visible()


def test_a_burst_is_one_call_and_trying_again_sends_it_once(console: ConsolePage) -> None:
    keys: list[str | None] = []

    def lose_the_answer(route: Route) -> None:
        keys.append(route.request.header_value("idempotency-key"))
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    console.sign_up()
    console.page.route("**/api/queue/enqueue/batch", lose_the_answer)
    console.send("echo", "Send 20")
    console.expect_cell(20, "echo, succeeded")
    console.button("Try again").click()
    expect(console.page.get_by_text("20 requests were accepted, numbers 1 to 20.")).to_be_visible()
    assert len(keys) == 2
    assert keys[0] == keys[1] is not None
    console.expect_fact("tail", "20")
    expect(console.button("Try again")).to_be_hidden()


def test_a_type_of_ones_own_appears_with_the_shape_of_its_payload(open_console: OpenConsole) -> None:
    console = open_console()
    order = {
        "properties": {"type": {"const": "greet"}, "payload": {"$ref": "#/components/schemas/Greeting"}},
    }
    greeting = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    body = {"content": {"application/json": {"schema": {"oneOf": [order]}}}}
    document = {
        "paths": {"/api/queue/enqueue": {"post": {"requestBody": body}}},
        "components": {"schemas": {"Greeting": greeting}},
    }
    console.page.route("**/api/openapi.json", lambda route: route.fulfill(json=document))
    console.sign_up()
    expect(console.page.get_by_label("Type", exact=True)).to_have_value("greet")
    expect(console.page.get_by_label("Payload", exact=True)).to_have_value(
        re.compile(r'^\{\s*"name": ""\s*\}$')
    )
