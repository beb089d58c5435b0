"""An administrator sees in the console what a call has caused, read from X-Ray."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from infra import roles
from local_cloud.waiting import wait_until
from tests.browser.axe import require_no_barrier
from tests.browser.console_page import DONE_WITHIN_MS, ConsolePage
from tests.browser.test_access import OVERFLOW, PHONE
from tests.e2e.users import User, outcome_of
from tests.examples.conftest import HOST, ExamplesStack
from tests.examples.test_traces_on_a_stack import names
from tests.patience import PATIENCE_S

SPANS = {"POST /api/queue/enqueue", "wait http", "attempt http", f"POST {HOST}", "receive"}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    yield context
    context.close()


def deliver(deployed: ExamplesStack, user: User, trace_id: str) -> None:
    """A request of type `http` that belongs to the trace; the receiver of the example records, too."""
    order = {"type": "http", "payload": {"url": f"http://{HOST}:{deployed.receiver_port}/", "body": {}}}
    headers = {"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"}
    assert user.session.call("POST", "/api/queue/enqueue", order, headers).status == 202
    assert outcome_of(user, 1)["status"] == "succeeded"
    assert wait_until(lambda: names(deployed, trace_id) >= SPANS, PATIENCE_S), names(deployed, trace_id)


def cells(page: Page) -> list[str]:
    """What the table says of each span, without its attributes: name, when, service."""
    rows = page.get_by_role("table").get_by_role("row").all()[1:]
    return [" | ".join(cell.text_content() or "" for cell in row.locator("th, td").all()[:3]) for row in rows]


@pytest.mark.usefixtures("inbox")
def test_an_administrator_sees_the_trace_of_a_request(
    deployed: ExamplesStack, user: User, context: BrowserContext
) -> None:
    trace_id = secrets.token_hex(16)
    deliver(deployed, user, trace_id)
    tables = roles.Tables(deployed.outputs["AccountsTable"], deployed.outputs["AuditTable"])
    roles.give(deployed.emulator.client("dynamodb"), tables, user.username, "admin")
    console = ConsolePage.open(context, f"{deployed.api_url}/")
    console.sign_in(user.username, user.password)
    page = console.page

    console.cell(1).click(timeout=DONE_WITHIN_MS)
    console.button("Show the trace").click()

    expect(page.get_by_role("table")).to_have_accessible_name(re.compile(f"Trace {trace_id}"))
    expect(page.get_by_text("5 spans")).to_be_visible()
    shown = cells(page)
    assert [re.sub(r"\d[\d,.]*(?= ms)", "#", row) for row in shown[:3]] == [
        "POST /api/queue/enqueue | after # ms, for # ms | examples-api",
        "wait http, part of POST /api/queue/enqueue | after # ms, for # ms | examples-slow-worker",
        "attempt http, part of POST /api/queue/enqueue | after # ms, for # ms | examples-slow-worker",
    ]
    assert shown[3].startswith(f"POST {HOST}, part of attempt http | ")
    assert shown[4].startswith(f"receive, part of POST {HOST} | ")
    require_no_barrier(page)
    assert page.evaluate(OVERFLOW) == 0
    assert console.errors == []
