"""One user's clients: one sends, one dequeues, both note what they are told."""

import random
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import urllib3

from local_cloud.api_client import Answer, RequestView, Session
from local_cloud.waiting import wait_until
from tests.histories.history import Accepted, Dequeued, History

LARGEST_BATCH = 5
STOPPED = 1 / 6  # of the calls that enqueue are followed by a stop
PACE_SECONDS = 0.5
LATE_SECONDS = 0.4  # nearly the pace: then a worker that is killed is at a request, more often than not
LONG_SECONDS = 3.0  # two renewals
GIVE_UP_SECONDS = 300.0
# A user who goes on is helped by this: an enqueue sends another wake-up if the last one is five seconds old
# and may be lost. One who does not waits for the sweeper, a minute and a half.
GOES_ON_SECONDS = 6.0


@dataclass
class Client:
    session: Session
    history: History
    requests: int
    chance: random.Random
    may_end: Callable[[], bool]  # until then it goes on sending, one now and then
    goes_on: bool = True  # also after that, until all outcomes are read
    failed: list[BaseException] = field(default_factory=list)
    _sent: threading.Event = field(default_factory=threading.Event)

    def start(self) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._note, args=(work,)) for work in (self._send, self._dequeue)]
        for thread in threads:
            thread.start()
        return threads

    def _note(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - reported by the test, in its own thread
            self.failed.append(error)
            self._sent.set()

    def _send(self) -> None:
        left = self.requests
        while left:
            size = min(left, self.chance.choice([1, 1, 1, LARGEST_BATCH]))
            self._send_batch(size)
            left -= size
        while not wait_until(self.may_end, PACE_SECONDS):
            self._send_batch(1, LATE_SECONDS)
        while self.goes_on and not wait_until(self._is_read, GOES_ON_SECONDS):
            self._send_batch(1)
        self._sent.set()

    def _send_batch(self, size: int, seconds: float = 0) -> None:
        marks = tuple(secrets.token_hex(6) for _ in range(size))
        payloads = [{"mark": mark, "seconds": max(seconds, _seconds(mark))} for mark in marks]
        seqs = self._accepted_numbers(payloads)
        self.history.accepted.append(Accepted(seqs, marks))
        if self.chance.random() < STOPPED:
            self._stop(self.chance.choice(seqs))

    def _stop(self, seq: int) -> None:
        answer = self._try("POST", f"/api/queue/requests/{seq}/stop")
        if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.history.perhaps_stopped.add(seq)
        elif answer.status in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
            self.history.stopped.add(seq)
        else:  # it has ended before
            assert answer.status == HTTPStatus.CONFLICT, answer

    def _accepted_numbers(self, payloads: list[dict[str, object]]) -> tuple[int, ...]:
        """Send until it is accepted: the key makes the same call sent again the same requests."""
        body = {"requests": [{"type": _type(str(p["mark"])), "payload": p} for p in payloads]}
        key = {"Idempotency-Key": str(payloads[0]["mark"])}
        answer: Answer | None = None

        def sent() -> bool:
            nonlocal answer
            answer = self._try("POST", "/api/queue/enqueue/batch", body, key)
            return answer is not None and answer.status == HTTPStatus.ACCEPTED

        assert wait_until(sent, GIVE_UP_SECONDS), f"not accepted: {answer}"
        assert answer
        return tuple(request["seq"] for request in answer.body["requests"])

    def _dequeue(self) -> None:
        """Until everything accepted was handed out, or its answer lost."""

        def done() -> bool:
            answer = self._try("GET", "/api/queue/dequeue?wait=2")
            if answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                self.history.lost_answers += 1
            elif answer.status == HTTPStatus.OK:
                self.history.dequeued.append(to_dequeued(answer.body))
            return self._sent.is_set() and self._is_read()

        assert wait_until(done, GIVE_UP_SECONDS), f"not all dequeued: {self.session.queue()}"

    def _is_read(self) -> bool:
        answer = self._try("GET", "/api/queue")
        return (
            answer is not None
            and answer.status == HTTPStatus.OK
            and answer.body["tail"] == answer.body["head"] == answer.body["read"]
        )

    def _try(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer | None:
        try:
            return self.session.call(method, path, body, headers)
        except urllib3.exceptions.HTTPError:
            return None


def _seconds(mark: str) -> float:
    """Every eighth takes its time; and half of those for a long worker, so much that they are renewed."""
    return LONG_SECONDS if mark >= "f0" else 0.3 if mark < "20" else 0


def _type(mark: str) -> str:
    return "count_long" if mark >= "e0" else "count"  # every eighth is for a long worker


def to_dequeued(view: RequestView) -> Dequeued:
    return Dequeued(view["seq"], view["status"], (view["result"] or {}).get("mark"), view["attempts"])
