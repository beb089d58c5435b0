"""Users of the example `ledger`, who go on sending while their stack dies and comes back."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import urllib3

from local_cloud.api_client import Session
from local_cloud.waiting import wait_until

ACCOUNTS = ("a", "b", "c")
OPENING_CENTS = 1_000
MOST_CENTS = 400
GIVE_UP_SECONDS = 900.0
PAGE = 100


@dataclass
class Ledger:
    """One user, and what was accepted of them: the payloads by number."""

    user_id: str
    session: Session
    chance: random.Random
    pace: float  # seconds between two transfers, on average
    accepted: dict[int, dict[str, Any]] = field(default_factory=dict)
    failed: list[BaseException] = field(default_factory=list)
    _sent: int = 0

    def start(self, over: threading.Event) -> threading.Thread:
        """Opens the accounts, then moves money between them, until `over`."""
        thread = threading.Thread(target=self._note, args=(over,))
        thread.start()
        return thread

    def _note(self, over: threading.Event) -> None:
        try:
            for account in ACCOUNTS:
                self._send("deposit", {"account": account, "cents": OPENING_CENTS})
            while not over.wait(self.chance.uniform(0, 2 * self.pace)):
                source, target = self.chance.sample(ACCOUNTS, 2)
                cents = self.chance.randint(1, MOST_CENTS)
                self._send("transfer", {"source": source, "target": target, "cents": cents})
        except BaseException as error:  # noqa: BLE001 - reported by the test, in its own thread
            self.failed.append(error)

    def _send(self, type_: str, payload: dict[str, Any]) -> None:
        """Until it is accepted. The key makes the same call sent again the same request."""
        self._sent += 1
        key = {"Idempotency-Key": f"{self.user_id}-{self._sent}"}
        body = {"type": type_, "payload": payload}
        answer = self._insist(lambda: self.session.call("POST", "/api/queue/enqueue", body, key))
        self.accepted[answer["seq"]] = payload

    def settled(self) -> dict[int, dict[str, Any]]:
        """All requests by number, once each has its outcome."""
        assert wait_until(self._is_drained, GIVE_UP_SECONDS), self.session.queue()
        found: dict[int, dict[str, Any]] = {}
        while page := self._page(max(found, default=0)):
            found.update({view["seq"]: view for view in page})
        return found

    def _page(self, after: int) -> Any:
        path = f"/api/queue/requests?after={after}&limit={PAGE}"
        return self._insist(lambda: self.session.call("GET", path))["requests"]

    def _is_drained(self) -> bool:
        queue = self._insist(lambda: self.session.call("GET", "/api/queue"))
        return bool(queue["head"] == queue["tail"])

    def _insist(self, call: Callable[[], Any]) -> Any:
        """The document of the first answer that is a success. No other answer than 5xx may come before it."""
        found: list[Any] = []

        def answered() -> bool:
            try:
                answer = call()
            except urllib3.exceptions.HTTPError:
                return False
            assert (
                answer.status < HTTPStatus.BAD_REQUEST or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            ), answer
            found.append(answer.body)
            return HTTPStatus(answer.status).is_success

        assert wait_until(answered, GIVE_UP_SECONDS), "nothing answers"
        return found[-1]


def was_given_up(request: dict[str, Any]) -> bool:
    """Whether each of its attempts was interrupted, which may happen if the plug is pulled often."""
    return bool(request["status"] == "failed" and request["error"]["kind"] == "crash")


def balances_by(requests: dict[int, dict[str, Any]], accepted: dict[int, dict[str, Any]]) -> dict[str, int]:
    """What the accounts hold if the requests had exactly these outcomes, in the order of their numbers.

    Raises AssertionError if an outcome contradicts those before it.
    """
    held = dict.fromkeys(ACCOUNTS, 0)
    for seq, payload in sorted(accepted.items()):
        request = requests[seq]
        if was_given_up(request):
            continue
        if request["status"] == "failed":
            assert held[payload["source"]] < payload["cents"], request
            continue
        if "account" in payload:
            held[payload["account"]] += payload["cents"]
            continue
        held[payload["source"]] -= payload["cents"]
        held[payload["target"]] += payload["cents"]
        assert request["result"] == {"left": held[payload["source"]]}, (request, held)
    return held
