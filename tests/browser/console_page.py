"""The console as its user sees it: by labels, roles and what is written."""

import re
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from local_cloud.waiting import wait_until
from tests.patience import PATIENCE_S

PASSWORD = "correct horse battery"
DONE_WITHIN_MS = 30_000  # for a burst to run on a busy machine
REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`violation of ${violatedDirective}: ${blockedURI}`));
"""


def new_username() -> str:
    return f"ada-{uuid.uuid4().hex[:10]}"


@dataclass
class ConsolePage:
    page: Page
    errors: list[str] = field(default_factory=list)  # what the browser complained of, CSP violations among it

    @classmethod
    def open(cls, context: BrowserContext, address: str) -> "ConsolePage":
        console = cls(context.new_page())
        console.page.add_init_script(REPORT_VIOLATIONS)
        console.page.on("console", console._listen)
        console.page.on("pageerror", lambda error: console.errors.append(str(error)))
        console.page.goto(address)
        return console

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def fill_in(self, username: str, password: str) -> None:
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)

    def sign_up(self) -> str:
        username = new_username()
        self.button("Create an account").click()
        self.fill_in(username, PASSWORD)
        self.button("Create an account").click()
        expect(self.page.get_by_role("heading", name="Your queue")).to_be_visible()
        return username

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.fill_in(username, password)
        self.button("Sign in").click()

    def refuse_token_once(self, address: str) -> None:
        """Answers the first call of `address` as if its access token had expired.

        All later ones go on to the service by the same route. A route that ends after one call (`times=1`)
        has Playwright switch interception off just when the console's next call begins, and that call may
        then be reported to nobody.
        """
        refused: list[Route] = []

        def answer(route: Route) -> None:
            if refused:
                route.continue_()
            else:
                refused.append(route)
                route.fulfill(status=401, json={"status": 401, "detail": "The token has expired."})

        self.page.route(address, answer)

    def choose(self, handler: str) -> None:
        self.page.get_by_label("Type", exact=True).select_option(handler)

    def send(self, handler: str, button: str = "Send one", **fields: str) -> None:
        """`fields` by their label; those of `when and how often` have a `_` for each space."""
        self.choose(handler)
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(value)
        self.button(button).click()

    def send_json(self, handler: str, payload: str) -> None:
        self.choose(handler)
        self.button("Write JSON").click()
        self.page.get_by_label("Payload", exact=True).fill(payload)
        self.button("Send one").click()

    def say_when(self, **fields: str) -> None:
        """Fills in what is under `When and how often`."""
        self.page.get_by_text("When and how often").click()
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(value)

    def halt_if_it_fails(self) -> None:
        self.page.get_by_label("If all attempts fail").select_option("halt")

    @property
    def situation(self) -> Locator:
        return self.page.get_by_role("group", name="Current state")

    @property
    def cells(self) -> Locator:
        return self.page.get_by_role("list", name="Requests in order").get_by_role("button")

    def cell(self, seq: int) -> Locator:
        return self.page.get_by_role("button", name=re.compile(rf"^Request {seq:,},"))

    def expect_cell(self, seq: int, words: str) -> None:
        """`words`: type and status, as a screen reader has them: "echo, succeeded"."""
        cell = self.page.get_by_role("button", name=f"Request {seq:,}, {words}", exact=True)
        expect(cell).to_be_visible(timeout=DONE_WITHIN_MS)

    def press_until(self, shown: Locator, button: Locator) -> None:
        """Presses the button until `shown` is there: an attempt may begin at the very moment of a press."""

        def is_shown() -> bool:
            with suppress(PlaywrightTimeoutError):  # the button is away while an attempt runs
                button.click(timeout=1_000)
            return shown.is_visible()

        assert wait_until(is_shown, PATIENCE_S)

    def fact(self, term: str) -> Locator:
        """The figure beside a term, be it of the facts or of a cursor."""
        figures = self.page.locator("dl > div").filter(has=self.page.get_by_text(term, exact=True))
        return figures.locator("dd").first

    def expect_fact(self, term: str, value: str) -> None:
        expect(self.fact(term)).to_have_text(value, timeout=DONE_WITHIN_MS)

    @property
    def details(self) -> Locator:
        return self.page.locator("#details")
