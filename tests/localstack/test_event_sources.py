"""A FIFO queue as the event source of a function, as on AWS."""

from pathlib import Path
from typing import Any

from local_cloud.emulator import Emulator
from local_cloud.waiting import wait_until
from tests.localstack.queues import create_queue, worker_of
from tests.patience import PATIENCE_S

GROUPS = "ABCDEF"
AT_ONCE = 4  # groups at least; the mapping allows 16
LAST_POLL_S = 4  # longer than a poller waits for messages


def test_groups_are_served_concurrently_and_each_in_order(emulator: Emulator, tmp_path: Path) -> None:
    queue = create_queue(emulator)
    with worker_of(emulator, queue, tmp_path) as worker:
        for n in range(1, 6):
            for group in GROUPS:
                queue.send(group, n, together=AT_ONCE, sleep=0.1)
        assert worker.has_ended(30)
    assert all(worker.ended(group) == [1, 2, 3, 4, 5] for group in GROUPS)
    assert all(worker.most_at_once(group) == 1 for group in GROUPS)
    assert worker.most_at_once() >= AT_ONCE
    assert wait_until(lambda: queue.size() == 0, PATIENCE_S)


def test_no_more_groups_are_served_at_once_than_the_mapping_allows(
    emulator: Emulator, tmp_path: Path
) -> None:
    queue = create_queue(emulator)
    with worker_of(emulator, queue, tmp_path, concurrency=2) as worker:
        for group in GROUPS:
            queue.send(group, 1, together=2, sleep=0.2)
        assert worker.has_ended(6)
    assert worker.most_at_once() == 2


def test_a_failing_group_delays_nobody_else(emulator: Emulator, tmp_path: Path) -> None:
    queue = create_queue(emulator)
    with worker_of(emulator, queue, tmp_path) as worker:
        queue.send("A", 1, fail=1)
        assert wait_until(lambda: len(worker.begun()) == 1, PATIENCE_S)
        queue.send("A", 2)
        queue.send("B", 1)
        assert worker.has_ended(1)
        assert worker.ended("B") == [1]
        assert worker.ended("A") == []


def test_a_failed_message_comes_back_when_its_visibility_ends_and_before_its_successors(
    emulator: Emulator, tmp_path: Path
) -> None:
    queue = create_queue(emulator)
    with worker_of(emulator, queue, tmp_path) as worker:
        queue.send("A", 1, fail=2, again=1)
        queue.send("A", 2)
        assert worker.has_ended(2)
    assert [(note["n"], note["delivery"]) for note in worker.begun()] == [(1, 1), (1, 2), (1, 3), (2, 1)]
    began = [note["began"] for note in worker.begun()]
    assert began[1] - began[0] > 0.9  # asked for: 1 s; the queue's own would be 600


def test_a_message_whose_process_ended_or_raised_is_delivered_again(
    emulator: Emulator, tmp_path: Path
) -> None:
    queue = create_queue(emulator)
    with worker_of(emulator, queue, tmp_path) as worker:
        queue.send("A", 1, exit=1, again=1)
        queue.send("A", 2)
        queue.send("B", 1, **{"raise": 1}, again=1)
        assert worker.has_ended(3)
    assert worker.ended("A") == [1, 2]
    assert worker.ended("B") == [1]


def test_of_a_batch_only_what_failed_is_delivered_again(emulator: Emulator, tmp_path: Path) -> None:
    queue = create_queue(emulator)
    queue.send("A", 1)
    queue.send("A", 2, fail=1, again=0)
    with worker_of(emulator, queue, tmp_path, batch_size=10) as worker:
        assert worker.has_ended(2)
    assert [(note["n"], note["delivery"]) for note in worker.begun()] == [(1, 1), (2, 1), (2, 2)]


def test_a_message_that_fails_too_often_goes_to_the_dead_letter_queue(
    emulator: Emulator, tmp_path: Path
) -> None:
    dead_letters = create_queue(emulator)
    policy = f'{{"deadLetterTargetArn": "{dead_letters.arn}", "maxReceiveCount": 2}}'
    queue = create_queue(emulator, RedrivePolicy=policy)
    with worker_of(emulator, queue, tmp_path) as worker:
        queue.send("A", 1, fail=9, again=0)
        queue.send("A", 2)
        assert worker.has_ended(1)
    assert worker.ended("A") == [2]
    assert [note["delivery"] for note in worker.begun() if note["n"] == 1] == [1, 2]
    assert len(dead_letters.receive()) == 1


def test_a_mapping_that_was_deleted_takes_no_more_messages(emulator: Emulator, tmp_path: Path) -> None:
    queue = create_queue(emulator)
    with worker_of(emulator, queue, tmp_path) as worker:
        queue.send("A", 1)
        assert worker.has_ended(1)
    queue.send("A", 2)
    assert wait_until(lambda: len(queue.receive()) == 1, PATIENCE_S)
    assert worker.ended() == [1]


def test_the_trace_of_the_sender_reaches_the_worker(emulator: Emulator, tmp_path: Path) -> None:
    queue = create_queue(emulator)
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    with worker_of(emulator, queue, tmp_path) as worker:
        queue.client.send_message(
            QueueUrl=queue.url,
            MessageBody='{"n": 1}',
            MessageGroupId="A",
            MessageDeduplicationId="1",
            MessageSystemAttributes={"AWSTraceHeader": {"StringValue": header, "DataType": "String"}},
        )
        assert worker.has_ended(1)
    assert worker.begun()[0]["trace"] == header


def test_a_mapping_that_was_changed_stays_enabled_and_polls(emulator: Emulator, tmp_path: Path) -> None:
    """LocalStack replaces its poller. The old one ends later, and must not say that all is disabled.

    A poll that fails is only logged, and the next one comes later.
    """
    queue, client = create_queue(emulator), emulator.client("lambda")
    with worker_of(emulator, queue, tmp_path) as worker:

        def mapping() -> dict[str, Any]:
            listed = client.list_event_source_mappings(FunctionName=worker.function.name)
            return dict(listed["EventSourceMappings"][0])

        assert wait_until(lambda: mapping()["State"] == "Enabled", PATIENCE_S)
        client.update_event_source_mapping(UUID=mapping()["UUID"], ScalingConfig={"MaximumConcurrency": 2})
        assert wait_until(lambda: mapping()["State"] == "Enabled", PATIENCE_S)
        failed = f"Error while polling messages for event source {queue.arn}"
        assert not wait_until(
            lambda: mapping()["State"] == "Disabled" or failed in emulator.log.read_text(), LAST_POLL_S
        )
