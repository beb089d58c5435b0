"""AWS calls, read units and write units of each step of a request's way.

The functions run in this process, against the emulator's SQS and DynamoDB Local. Calls are counted by
botocore's own events, units are what DynamoDB says was consumed. On top come Lambda's own calls, which
receives a wake-up and deletes it, and the reading of the token keys, once in five minutes.
"""

import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from chalice.test import Client

from local_cloud.emulator import Emulator

TOGETHER = 100  # requests that one wake-up drains
# Chalice's test client gives an invocation three seconds.
CONTEXT = SimpleNamespace(
    function_name="worker", aws_request_id="bench", get_remaining_time_in_millis=lambda: 60_000
)
READS = {"GetItem", "BatchGetItem", "Query", "Scan"}


@dataclass
class Cost:
    """Of one request, if `requests` shared it."""

    step: str
    requests: int
    calls: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    write_units: float = 0.0


class Meter:
    """Counts what the functions' clients do while it is running."""

    def __init__(self) -> None:
        self.costs: list[Cost] = []

    def watch(self, client: Any) -> None:
        client.meta.events.register("after-call", self._count)

    @contextmanager
    def running(self, step: str, requests: int = 1) -> Iterator[None]:
        self.costs.append(Cost(step, requests))
        yield
        self.costs.append(Cost("in between", 1))

    def _count(self, model: Any, parsed: Mapping[str, Any], **_: Any) -> None:
        cost, consumed = self.costs[-1], parsed.get("ConsumedCapacity", [])
        cost.calls[model.name] += 1
        for capacity in consumed if isinstance(consumed, list) else [consumed]:
            if model.name in READS:
                cost.read_units += capacity["CapacityUnits"]
            else:
                cost.write_units += capacity["CapacityUnits"]


class Functions:
    """The API and the worker, called as Lambda calls them."""

    def __init__(self, client: Client, worker: Callable[..., Any], queue_url: str, sqs: Any) -> None:
        self._client = client
        self._worker = worker
        self._queue_url = queue_url
        self._sqs = sqs
        credentials = {"username": f"bench-{secrets.token_hex(4)}", "password": secrets.token_urlsafe(12)}
        self._headers = {"Content-Type": "application/json"}
        self.call("POST", "/api/auth/register", credentials)
        token = self.call("POST", "/api/auth/login", credentials)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.http.request(
            method, path, self._headers, json.dumps(body).encode() if body else b""
        )
        if answer.status_code >= 300:
            raise RuntimeError(f"{method} {path} was answered with {answer.status_code}: {answer.body!r}")
        return answer.json_body

    def enqueue(self) -> None:
        self.call("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"number": 1}})

    def enqueue_batch(self, count: int) -> None:
        self.call("POST", "/api/queue/enqueue/batch", {"requests": [{"type": "echo"}] * count})

    def dequeue(self) -> None:
        self.call("GET", "/api/queue/dequeue")

    def receive(self) -> dict[str, Any]:
        """The wake-up, as Lambda hands it to the worker."""
        [message] = self._sqs.receive_message(QueueUrl=self._queue_url, WaitTimeSeconds=5)["Messages"]
        names = {"messageId": "MessageId", "receiptHandle": "ReceiptHandle", "body": "Body"}
        return {"Records": [{name: message[of] for name, of in names.items()}]}

    def drain(self, event: dict[str, Any]) -> None:
        returned = self._worker(event, CONTEXT)
        if returned != {"batchItemFailures": []}:
            raise RuntimeError(f"The worker gave the wake-up back: {returned}")
        [record] = event["Records"]
        self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=record["receiptHandle"])


def measure(emulator: Emulator, outputs: Mapping[str, str], then: Callable[[Meter], None]) -> list[Cost]:
    """`then` measures more in the same surroundings."""
    sqs, meter = emulator.client("sqs"), Meter()
    # Of its own: the deployed worker must not be faster.
    queue_url = sqs.create_queue(QueueName="bench.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    os.environ |= _environment(emulator, outputs) | {
        "WAKE_UPS_URL": queue_url,
        "LOG_LEVEL": "ERROR",
        "METRICS": "off",  # or each call would print a line
    }
    from app import app, container

    with Client(app, stage_name="live") as client:
        worker = app.handler_map["worker"]
        _warm_up(Functions(client, worker, queue_url, sqs))
        functions = Functions(client, worker, queue_url, sqs)
        for watched in (container.adapters.tables.connection.client, container.adapters.sqs):
            meter.watch(watched)
        _walk(functions, meter.running)
        then(meter)
    return [cost for cost in meter.costs if cost.step != "in between"]


def _warm_up(functions: Functions) -> None:
    """The first request of a process imports what it needs: its user counts as a slow one."""
    functions.enqueue()
    functions.drain(functions.receive())


def _walk(functions: Functions, running: Callable[..., Any]) -> None:
    """The way of a lone request, and of many at once."""
    with running("enqueue, first for a minute"):
        functions.enqueue()
    functions.drain(functions.receive())
    functions.dequeue()
    with running("enqueue, the worker rests"):
        functions.enqueue()
    wake_up = functions.receive()
    with running("drain, one request"):
        functions.drain(wake_up)
    with running("dequeue"):
        functions.dequeue()
    functions.enqueue()
    with running("enqueue, the worker is awake", TOGETHER - 1):
        for _ in range(TOGETHER - 1):
            functions.enqueue()
    wake_up = functions.receive()
    with running(f"drain, {TOGETHER} requests", TOGETHER):
        functions.drain(wake_up)
    with running(f"enqueue, {TOGETHER} in one call", TOGETHER):
        functions.enqueue_batch(TOGETHER)
    functions.drain(functions.receive())


def _environment(emulator: Emulator, outputs: Mapping[str, str]) -> dict[str, str]:
    """What the deployed functions have."""
    variables: dict[str, str] = {}
    for name in ("ApiFunction", "WorkerFunction"):
        deployed = emulator.client("lambda").get_function_configuration(FunctionName=outputs[name])
        variables |= deployed["Environment"]["Variables"]
    return variables | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": emulator.edge_url,
        "AWS_ENDPOINT_URL_DYNAMODB": emulator.dynamodb_url,
    }
