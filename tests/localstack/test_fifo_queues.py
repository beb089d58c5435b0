"""What SQS promises of FIFO queues, without Lambda."""

from typing import Any

import pytest

from local_cloud.emulator import Emulator
from tests.localstack.queues import Queue, create_queue

LONGEST_POLL_S = 20  # that SQS allows


@pytest.fixture
def queue(emulator: Emulator) -> Queue:
    return create_queue(emulator)


def numbers(messages: list[dict[str, Any]]) -> list[str]:
    """Group and number of each message: A1, A2, B1."""
    return [f"{message['Attributes']['MessageGroupId']}{message['Body'][6:-1]}" for message in messages]


def test_messages_of_a_group_come_in_the_order_they_were_sent(queue: Queue) -> None:
    for n in range(1, 6):
        queue.send("A", n)
    assert numbers(queue.receive()) == ["A1", "A2", "A3", "A4", "A5"]


def test_a_group_is_locked_while_one_of_its_messages_is_in_flight(queue: Queue) -> None:
    for n in range(1, 3):
        queue.send("A", n)
    (first,) = queue.receive(1)
    assert queue.receive() == []
    queue.delete(first)
    assert numbers(queue.receive()) == ["A2"]


def test_a_message_in_flight_does_not_keep_another_group_from_coming_back(queue: Queue) -> None:
    queue.send("A", 1)
    queue.send("B", 1)
    _, b1 = queue.receive()
    queue.change_visibility(b1, 1)
    assert numbers(queue.receive(wait=LONGEST_POLL_S)) == ["B1"]


def test_what_comes_back_is_received_up_to_the_first_message_in_flight(queue: Queue) -> None:
    """As AWS does: see fifo.py."""
    for n in range(1, 5):
        queue.send("A", n)
    first, second, third = queue.receive(3)
    queue.change_visibility(first, 0)
    queue.change_visibility(third, 0)

    (first,) = received = queue.receive(wait=LONGEST_POLL_S)
    assert numbers(received) == ["A1"]
    queue.change_visibility(second, 0)
    assert queue.receive(wait=1) == []
    queue.change_visibility(first, 0)
    assert numbers(queue.receive(wait=LONGEST_POLL_S)) == ["A1", "A2", "A3", "A4"]


def test_the_end_of_the_oldest_message_in_flight_frees_those_before_the_next(queue: Queue) -> None:
    for n in range(1, 4):
        queue.send("A", n)
    first, second, third = queue.receive(3)
    queue.change_visibility(second, 0)
    assert queue.receive(wait=1) == []
    queue.delete(first)
    assert numbers(queue.receive(wait=LONGEST_POLL_S)) == ["A2"]
    queue.delete(third)
    assert queue.receive(wait=1) == []


def test_a_visibility_timeout_ends_on_time(queue: Queue) -> None:
    queue.send("A", 1)
    (message,) = queue.receive()
    queue.change_visibility(message, 2)
    assert queue.receive() == []
    assert numbers(queue.receive(wait=3)) == ["A1"]


def test_a_repeated_deduplication_id_is_dropped_within_its_group_only(queue: Queue) -> None:
    for group in ("A", "A", "B"):
        queue.client.send_message(
            QueueUrl=queue.url, MessageBody='{"n": 1}', MessageGroupId=group, MessageDeduplicationId="same"
        )
    assert numbers(queue.receive()) == ["A1", "B1"]


def test_a_group_goes_on_after_one_of_its_messages_went_to_the_dead_letter_queue(emulator: Emulator) -> None:
    dead_letters = create_queue(emulator)
    policy = f'{{"deadLetterTargetArn": "{dead_letters.arn}", "maxReceiveCount": 1}}'
    queue = create_queue(emulator, RedrivePolicy=policy)
    queue.send("A", 1)
    (poison,) = queue.receive()
    queue.change_visibility(poison, 0)
    assert queue.receive() == []
    assert numbers(dead_letters.receive()) == ["A1"]
    queue.send("A", 2)
    assert numbers(queue.receive()) == ["A2"]
