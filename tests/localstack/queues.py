"""FIFO queues for the tests of the emulator, and a worker that writes down what it does."""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.waiting import wait_until
from tests.localstack.functions import Cloud, Function, deploy
from tests.patience import PATIENCE_S

# The body of a message says what the worker does. It waits until `together` deliveries have begun and the
# file `until` exists, and then for `sleep` seconds. `exit`, `raise` and `fail` are numbers of deliveries.
WORKER = """
    import json, os, sys, time, urllib.parse, urllib.request

    def handler(event, context):
        return {"batchItemFailures": [failure for record in event["Records"] for failure in work(record)]}

    def work(record):
        body, attributes = json.loads(record["body"]), record["attributes"]
        delivery = int(attributes["ApproximateReceiveCount"])
        note(began=time.time(), group=attributes["MessageGroupId"], delivery=delivery,
             trace=attributes.get("AWSTraceHeader"), **body)
        while begun() < body.get("together", 0) or not os.path.exists(body.get("until", "/")):
            time.sleep(0.05)
        time.sleep(body.get("sleep", 0))
        failures = {how for how in ("exit", "raise", "fail") if delivery <= body.get(how, 0)}
        if failures and "again" in body:
            make_visible(record["receiptHandle"], body["again"])
        if "exit" in failures:
            os._exit(1)
        if "raise" in failures:
            raise RuntimeError("no such luck")
        if "fail" in failures:
            yield {"itemIdentifier": record["messageId"]}
        else:
            note(ended=time.time(), group=attributes["MessageGroupId"], n=body["n"])

    def note(**fields):
        with open(os.environ["NOTES"], "a") as notes:
            notes.write(json.dumps(fields) + "\\n")

    def begun():
        with open(os.environ["NOTES"]) as notes:
            return sum("began" in json.loads(line) for line in notes)

    def make_visible(receipt, seconds):
        fields = {"Action": "ChangeMessageVisibility", "QueueUrl": os.environ["QUEUE_URL"],
                  "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
        request = urllib.request.Request(os.environ["QUEUE_URL"], urllib.parse.urlencode(fields).encode())
        request.add_header("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=none, "
                           "Credential=test/20200101/us-east-1/sqs/aws4_request")
        urllib.request.urlopen(request).read()
"""


@dataclass(frozen=True)
class Queue:
    client: Any
    url: str

    @property
    def arn(self) -> str:
        return str(self._attribute("QueueArn"))

    def send(self, group: str, n: int, **options: Any) -> None:
        body = json.dumps({"n": n, **options})
        self.client.send_message(
            QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=uuid.uuid4().hex
        )

    def receive(self, count: int = 10, wait: int = 0) -> list[dict[str, Any]]:
        answer = self.client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=count, WaitTimeSeconds=wait, AttributeNames=["All"]
        )
        return list(answer.get("Messages", []))

    def change_visibility(self, message: dict[str, Any], seconds: int) -> None:
        self.client.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
        )

    def delete(self, message: dict[str, Any]) -> None:
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def size(self) -> int:
        """Messages that have not been deleted."""
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        return sum(int(self._attribute(name)) for name in names)

    def _attribute(self, name: str) -> Any:
        answer = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return answer["Attributes"][name]


def create_queue(cloud: Cloud, **attributes: str) -> Queue:
    """A queue to which, by default, no message that was received comes back by itself while a test runs."""
    client = cloud.client("sqs")
    fifo = {
        "FifoQueue": "true",
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
        "VisibilityTimeout": "600",
    }
    answer = client.create_queue(QueueName=f"test-{uuid.uuid4().hex[:12]}.fifo", Attributes=fifo | attributes)
    return Queue(client, answer["QueueUrl"])


@dataclass(frozen=True)
class Worker:
    """A function that serves a queue."""

    function: Function
    notes: Path

    def begun(self) -> list[dict[str, Any]]:
        """Deliveries in the order in which the worker got them."""
        return [note for note in self._read() if "began" in note]

    def ended(self, group: str | None = None) -> list[int]:
        """Numbers of the messages that succeeded, in that order, of all groups or of one."""
        return [note["n"] for note in self._read() if "ended" in note and group in (None, note["group"])]

    def has_ended(self, count: int) -> bool:
        return wait_until(lambda: len(self.ended()) >= count, PATIENCE_S)

    def most_at_once(self, group: str | None = None) -> int:
        """How many messages were served at the same time at most."""
        running: Counter[str] = Counter()
        most = 0
        for note in self._read():
            if group in (None, note["group"]):
                running["all"] += 1 if "began" in note else -1
                most = max(most, running["all"])
        return most

    def _read(self) -> list[dict[str, Any]]:
        if not self.notes.exists():
            return []
        return [json.loads(line) for line in self.notes.read_text().splitlines()]


@contextmanager
def worker_of(
    cloud: Cloud,
    queue: Queue,
    directory: Path,
    concurrency: int | None = None,
    batch_size: int = 1,
) -> Iterator[Worker]:
    """The worker, serving `queue` until the end of the block."""
    client = cloud.client("lambda")
    notes = directory / "notes"
    function = deploy(cloud, WORKER, {"NOTES": str(notes), "QUEUE_URL": queue.url}, Timeout=60)
    mapping = client.create_event_source_mapping(
        FunctionName=function.name,
        EventSourceArn=queue.arn,
        BatchSize=batch_size,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **({"ScalingConfig": {"MaximumConcurrency": concurrency}} if concurrency else {}),
    )
    try:
        yield Worker(function, notes)
    finally:  # a mapping that is left would go on asking the emulator, and run beside the other tests
        client.delete_event_source_mapping(UUID=mapping["UUID"])
        function.delete()
