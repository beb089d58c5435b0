"""To which queue a wake-up goes, and in which message group it is there."""

from typing import Any

import pytest

from chalicelib.adapters.sqs.wake_ups import SqsWakeUps
from chalicelib.core.queueing.lane import Lane

OF_THE_API = {Lane.QUICK: "quick", Lane.SLOW: "slow"}
OF_A_WORKER = OF_THE_API | {Lane.LONG: "long"}


class Client:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send_message(self, **message: Any) -> None:
        self.sent.append((message["QueueUrl"], message["MessageGroupId"]))


@pytest.mark.parametrize(
    ("urls", "sent"),
    [
        (OF_A_WORKER, [("quick", "ada"), ("slow", "ada"), ("long", "mark")]),
        (OF_THE_API, [("quick", "ada"), ("slow", "ada"), ("quick", "ada")]),
    ],
    ids=["a worker", "the API"],
)
def test_who_has_no_queue_of_the_long_lane_wakes_a_quick_worker(
    urls: dict[Lane, str], sent: list[tuple[str, str]]
) -> None:
    client = Client()
    wake_ups = SqsWakeUps(client, urls)

    for lane in Lane:
        wake_ups.send("ada", 7, "mark", lane)

    assert client.sent == sent
