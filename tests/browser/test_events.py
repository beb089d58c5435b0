"""What a handler tells, in the details of its request. The samples tell nothing: the events are made up."""

import re
from typing import Any
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Locator, Route, expect

from tests.browser.axe import require_no_barrier
from tests.browser.console_page import ConsolePage


class EventsOnPaper:
    """Answers the console's calls for the events of request 1 in the API's place, and counts them."""

    def __init__(self, console: ConsolePage) -> None:
        self.ended = False
        self.calls = 0
        self._told: list[dict[str, Any]] = []
        console.page.route(re.compile(r"/api/queue/requests/1/events\?"), self._answer)

    def add(self, kind: str, *told: Any, attempt: int = 1) -> None:
        for data in told:
            event = {"n": len(self._told) + 1, "at": "2026-11-29T12:00:00.000Z", "attempt": attempt}
            self._told.append({**event, "kind": kind, "data": data})

    def _answer(self, route: Route) -> None:
        self.calls += 1
        [after] = parse_qs(urlparse(route.request.url).query)["after"]
        route.fulfill(json={"events": self._told[int(after) :], "ended": self.ended})


def open_running_request(console: ConsolePage) -> EventsOnPaper:
    """Its details; it runs for longer than a test."""
    events = EventsOnPaper(console)
    console.sign_up()
    console.send("sleep", Seconds="20")
    console.expect_cell(1, "sleep, running")
    console.cell(1).click()
    return events


def progress(console: ConsolePage, words: str) -> Locator:
    return console.details.get_by_role("progressbar", name=words, exact=True)


def test_the_details_of_a_running_request_show_what_its_handler_tells(console: ConsolePage) -> None:
    events = open_running_request(console)
    output = console.details.get_by_role("region", name="Output")

    events.add("progress", {"fraction": 0.25, "message": "Page 1 of 4"})
    expect(progress(console, "Page 1 of 4")).to_have_attribute("value", "0.25")
    expect(output).to_be_hidden()
    events.add("output", "<b>Hel", "lo", {"n": 1})
    expect(output).to_have_text('<b>Hello{ "n": 1 }')
    require_no_barrier(console.page)

    events.add("output", "Once more", attempt=2)
    expect(output).to_have_text('<b>Hello{ "n": 1 } Attempt 2: Once more')
    expect(progress(console, "Page 1 of 4")).to_be_hidden()
    events.add("progress", {"fraction": 1, "message": ""}, attempt=2)
    expect(progress(console, "Progress")).to_be_visible()

    events.ended = True
    expect(progress(console, "Progress")).to_be_hidden()
    expect(output).to_contain_text("Once more")
    assert_no_call_during_two_looks(console, events)
    assert console.errors == []


def test_what_was_told_is_shown_between_two_attempts_too(console: ConsolePage) -> None:
    events = EventsOnPaper(console)
    console.sign_up()
    console.say_when(Attempts_at_most="99")
    console.send("fail", Times="100")
    console.expect_cell(1, "fail, retrying")
    events.add("output", "Nearly.")
    console.cell(1).click()
    expect(console.details.get_by_role("region", name="Output")).to_have_text("Nearly.")


def test_nothing_is_watched_any_more_after_signing_out(console: ConsolePage) -> None:
    events = open_running_request(console)
    events.add("output", "for one user only")
    expect(console.details).to_contain_text("for one user only")

    console.button("Sign out").click()
    console.sign_up()

    assert_no_call_during_two_looks(console, events)
    expect(console.details).not_to_contain_text("for one user only")
    assert console.errors == []


def assert_no_call_during_two_looks(console: ConsolePage, events: EventsOnPaper) -> None:
    """Looks at the queue; a watch of events would ask in between."""
    calls = events.calls
    for _ in range(2):
        with console.page.expect_response("**/api/queue"):
            pass
    assert events.calls == calls
