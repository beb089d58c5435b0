"""SQS FIFO queues as event sources: message groups are served concurrently and without delay, as on AWS.

LocalStack serves one group after another and polls for messages every ten seconds at worst. Here each
received group is served by its own thread, up to the mapping's MaximumConcurrency. SQS locks the group until
its messages are deleted or visible again, which preserves the order.

The body of a message reaches the function as it was sent. LocalStack parses it as JSON, for the filters, and
writes it anew; and a body that Python fails to parse (nested too deeply, a number of 5,000 digits) is never
delivered.
"""

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakValueDictionary

from botocore.exceptions import ClientError
from localstack.services.lambda_.event_source_mapping.esm_worker import EsmState, EsmWorker
from localstack.services.lambda_.event_source_mapping.esm_worker_factory import EsmWorkerFactory
from localstack.services.lambda_.event_source_mapping.event_processor import PartialBatchFailureError
from localstack.services.lambda_.event_source_mapping.pollers.poller import parse_batch_item_failures
from localstack.services.lambda_.event_source_mapping.pollers.sqs_poller import (
    SqsPoller,
    split_by_message_group_id,
    transform_into_events,
)

from gurukool_localstack import direct
from gurukool_localstack.stores import queue_of, timeout_of

LOG = logging.getLogger(__name__)

DEFAULT_CONCURRENCY = 16  # of a mapping without MaximumConcurrency
_FIRST_PAUSE_SECONDS = 0.1  # of a throttled invocation
_LONGEST_PAUSE_SECONDS = 2.0
_POLL_SECONDS = 2  # also the time until a deleted mapping is noticed

_stock_get_esm_worker = EsmWorkerFactory.get_esm_worker
_stock_poll_events = SqsPoller.poll_events
_stock_close = SqsPoller.close
_stock_store_state = EsmWorker.update_esm_state_in_store

# By the id of the mapping: a mapping that is changed gets a new one, and the old one ends later.
_current_workers = WeakValueDictionary[str, EsmWorker]()


def install() -> None:
    EsmWorkerFactory.get_esm_worker = _get_esm_worker
    SqsPoller.poll_events = _poll_events
    SqsPoller.handle_messages = _handle_messages
    SqsPoller.close = _close
    EsmWorker.update_esm_state_in_store = _store_state


class PatientLambda(direct.Lambda):
    """Lambda for an event source: tries a throttled invocation again, more and more slowly.

    It gives up when the messages would become visible again before the function's time-out, or when
    `stopping` is set. Then they come back by themselves.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """

    def __init__(self, queue_arn: str, stopping: threading.Event) -> None:
        self._queue_arn = queue_arn
        self._stopping = stopping

    def invoke(self, **request: Any) -> dict[str, Any]:
        """Raises ClientError."""
        began, pause = time.monotonic(), _FIRST_PAUSE_SECONDS
        while True:
            try:
                return super().invoke(**request)
            except ClientError as error:
                left = self._seconds_to_try(request["FunctionName"]) - (time.monotonic() - began)
                if not direct.is_throttled(error) or left < pause or self._stopping.wait(pause):
                    raise
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _seconds_to_try(self, function_arn: str) -> float:
        queue, timeout = queue_of(self._queue_arn), timeout_of(function_arn)
        return 0.0 if queue is None or timeout is None else queue.visibility_timeout - timeout


class GroupDispatcher:
    """Serves the message groups of one event source mapping."""

    def __init__(self, worker: EsmWorker) -> None:
        limit = (worker.esm_config.get("ScalingConfig") or {}).get(
            "MaximumConcurrency"
        ) or DEFAULT_CONCURRENCY
        self._poller: SqsPoller = worker.poller
        self._stopping: threading.Event = worker._shutdown_event  # noqa: SLF001  (LocalStack's name)
        self._most = min(self._poller.batch_size, direct.MAXIMUM_BATCH)
        self._slots = threading.BoundedSemaphore(limit)
        self._threads = ThreadPoolExecutor(limit, thread_name_prefix=f"groups-{worker.uuid}")

    def poll(self) -> None:
        """Waits for a free slot and then for messages, and passes each group to a thread.

        It asks for no more messages than there are free slots. One that waits for a slot here could become
        visible meanwhile, and be received again before it is served with a receipt that is void.
        """
        if not self._slots.acquire(timeout=_POLL_SECONDS):
            return
        free = 1
        while free < self._most and self._slots.acquire(blocking=False):
            free += 1
        groups: list[list[dict[str, Any]]] = []
        try:
            groups = self._receive(free)
        finally:
            if free > len(groups):
                self._slots.release(free - len(groups))
        for messages in groups:
            self._threads.submit(self._serve, messages)

    def close(self) -> None:
        """Accepts no more groups; those being served are finished."""
        self._threads.shutdown(wait=False)

    def _receive(self, most: int) -> list[list[dict[str, Any]]]:
        response = self._poller.source_client.receive_message(
            QueueUrl=self._poller.queue_url,
            MaxNumberOfMessages=most,
            WaitTimeSeconds=_POLL_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        messages = response.get("Messages", [])
        if self._stopping.is_set():
            self._return_to_queue(messages)
            return []
        return list(split_by_message_group_id(messages).values())

    def _return_to_queue(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            self._poller.source_client.change_message_visibility(
                QueueUrl=self._poller.queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )

    def _serve(self, messages: list[dict[str, Any]]) -> None:
        try:
            self._poller.handle_messages(messages)
        except Exception as error:  # noqa: BLE001  (as on AWS, SQS delivers the messages again)
            LOG.warning("A batch of %s failed: %s", self._poller.source_arn, getattr(error, "error", error))
        finally:
            self._slots.release()


def _get_esm_worker(factory: EsmWorkerFactory) -> EsmWorker:
    worker = _stock_get_esm_worker(factory)
    _current_workers[worker.uuid] = worker
    if isinstance(worker.poller, SqsPoller):
        poller = worker.poller
        poller.source_client = direct.Sqs(poller.source_arn, poller.source_client)
        stopping = worker._shutdown_event  # noqa: SLF001  (LocalStack's name)
        poller.processor.sender.target_client = PatientLambda(poller.source_arn, stopping)
        poller.dispatcher = GroupDispatcher(worker)
    return worker


def _store_state(worker: EsmWorker, state: EsmState) -> None:
    """Or a worker that was replaced would have a mapping listed as disabled when it ends."""
    if _current_workers.get(worker.uuid) is worker:
        _stock_store_state(worker, state)


def _poll_events(poller: SqsPoller) -> None:
    if poller.is_fifo_queue:
        poller.dispatcher.poll()
    else:
        _stock_poll_events(poller)


def _handle_messages(poller: SqsPoller, messages: list[dict[str, Any]]) -> None:
    """Invokes the function for the messages that its filters let pass, and deletes all but those that failed.

    Raises what the function, or its invocation, has failed with: then none of these messages is deleted.
    """
    events = transform_into_events(messages)
    read = [{**event, "body": _read(event["body"])} for event in events]
    passed = {event["messageId"] for event in poller.filter_events(read)}
    poller.delete_messages(messages, {event["messageId"] for event in events} - passed)
    passing = [event for event in events if event["messageId"] in passed]
    if not passing:
        return
    failed: set[str] = set()
    try:
        poller.processor.process_events_batch(poller.add_source_metadata(passing))
    except PartialBatchFailureError as error:
        failed = set(parse_batch_item_failures(error.partial_failure_payload, passed))
    poller.delete_messages(messages, passed - failed)


def _read(body: str) -> Any:
    """The value that the filters look at: of JSON, or the text itself."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _close(poller: SqsPoller) -> None:
    poller.dispatcher.close()
    _stock_close(poller)
