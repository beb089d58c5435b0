"""Deliveries arrive in their order, each is processed once, and a receiver that fails delays them only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Thread
from typing import Any

import pytest
from standardwebhooks import Webhook

from gurukool.testing import Queue, http, receiver_secret
from receiver import Inbox, serve

HOST = "127.0.0.1"


@contextmanager
def receiving(fail_every: int = 0, secret: str | None = None) -> Iterator[tuple[Inbox, str]]:
    """An inbox, and the address at which it receives."""
    inbox = Inbox(secret or receiver_secret(HOST), fail_every)
    with serve(inbox) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield inbox, f"http://{HOST}:{server.server_port}"
        server.shutdown()
        thread.join()


def send(queue: Queue, url: str, events: list[dict[str, Any]]) -> None:
    deliver = http(url)
    for event in events:
        queue.enqueue(deliver, {"url": f"{url}/orders", "body": event})
    queue.run()


@pytest.mark.parametrize("fail_every", [0, 2, 3])
def test_events_are_processed_in_their_order_whatever_the_receiver_does(fail_every: int) -> None:
    events = [{"order": n} for n in range(6)]

    with receiving(fail_every) as (inbox, url):
        queue = Queue()
        send(queue, url, events)

    assert inbox.processed == events
    assert {outcome.status for outcome in queue.outcomes()} == {"succeeded"}
    assert any(outcome.attempts > 1 for outcome in queue.outcomes()) is bool(fail_every)


def test_a_delivery_with_another_secret_is_refused() -> None:
    with receiving(secret=receiver_secret("somebody.else")) as (inbox, url):
        queue = Queue()
        send(queue, url, [{"order": 1}])

    assert inbox.processed == []
    assert queue.outcome(1).status == "failed"


def test_what_arrives_twice_is_processed_once_also_a_delivery_beside_the_outcome_of_its_request() -> None:
    inbox = Inbox(receiver_secret(HOST))

    statuses = [push(inbox, id_, body) for id_, body in [("ada-7", '"paid"'), ("ada-7-outcome", "{}")] * 2]

    assert statuses == [HTTPStatus.OK] * 4
    assert inbox.processed == ["paid", {}]


def push(inbox: Inbox, webhook_id: str, body: str) -> HTTPStatus:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(receiver_secret(HOST)).sign(webhook_id, now, body),
    }
    return inbox.receive(headers, body.encode())
