"""A queue whose answers are made up: nothing else can hold twelve thousand requests still."""

from collections import Counter
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Route

from tests.browser.console_page import ConsolePage

ENQUEUED_AT = "2026-11-21T12:00:00.000Z"


class QueueOnPaper:
    """Answers the console's two polling calls in the API's place, and counts them."""

    def __init__(self, console: ConsolePage, head: int, tail: int) -> None:
        self.head, self.tail, self.floor = head, tail, 0
        self.page_size = 1_000  # as if the results were so large
        self.state, self.reason = "open", "rung"
        self.until: str | None = None
        self.calls: Counter[str] = Counter()
        self.largest_page = 0
        console.page.route("**/api/queue", self.answer)
        console.page.route("**/api/queue/requests?*", self._page)

    def answer(self, route: Route) -> None:
        self.calls["queue"] += 1
        answer = {
            "state": self.state,
            "tail": self.tail,
            "head": self.head,
            "read": 0,
            "depth": self.tail - self.head,
            "running": None,
            "oldest_age_seconds": 0,
            "counts": {"succeeded": self.head, "failed": 0, "cancelled": 0, "expired": 0},
            "average_seconds": 0.1,
            "estimated_wait_seconds": (self.tail - self.head) / 10,
            "waiting": self.waiting,
            "floor": self.floor,
        }
        route.fulfill(json=answer)

    @property
    def waiting(self) -> dict[str, object] | None:
        if self.head == self.tail:
            return None
        return {
            "reason": self.reason,
            "since": ENQUEUED_AT,
            "seq": self.head + 1,
            "until": self.until,
            "behind": self.tail - self.head - 1,
            "error": None,
        }

    def _page(self, route: Route) -> None:
        self.calls["requests"] += 1
        query = parse_qs(urlparse(route.request.url).query)
        after, limit = int(query["after"][0]), int(query["limit"][0])
        self.largest_page = max(self.largest_page, limit)
        first = max(after, self.floor) + 1
        last = min(first + min(limit, self.page_size) - 1, self.tail)
        found = [self.request(seq) for seq in range(first, last + 1)]
        route.fulfill(json={"requests": found, "next": last if last < self.tail else None})

    def request(self, seq: int) -> dict[str, object]:
        done = seq <= self.head
        suspended = seq == self.head + 1 and self.reason in {"sleeping", "signal"}
        return {
            "seq": seq,
            "type": "echo",
            "status": "succeeded" if done else "queued",
            "attempts": int(done),
            "enqueued_at": ENQUEUED_AT,
            "started_at": ENQUEUED_AT if done or suspended else None,
            "finished_at": ENQUEUED_AT if done else None,
            "payload": {},
            "result": {} if done else None,
            "error": None,
            "not_before": self.until if seq == self.head + 1 else None,
            "origin": None,
            "position": None if done else seq - self.head,
        }
