"""What the calls of a service cost, on moto: those of an account, unless they open a queue."""

from functools import partial

from chalicelib.core.queueing.access import service_access
from chalicelib.core.queueing.enqueue import Work
from tests.infra.cloud import Cloud, Recorder, still_clock

NAME, SERVICE = "ada:chat-7", service_access("k1")
WRITTEN = ["UpdateItem", "PutItem"]  # the number, the request
WOKEN = [*WRITTEN, "SendMessage"]  # as for an account, if the worker is idle
REFUSED = ["UpdateItem", "GetItem"]  # there is no open queue


def made(recorder: Recorder) -> list[str]:
    """The calls since it was last asked."""
    calls = [action.partition(":")[2] for action, _ in recorder.made]
    recorder.made.clear()
    return calls


def test_only_a_request_that_opens_the_queue_costs_more_than_one_of_an_account(cloud: Cloud) -> None:
    worker = cloud.become("Worker", still_clock())
    drain = partial(cloud.deliver, cloud.functions.worker, "WakeUps")
    cloud.become("Sweeper")
    sweep = cloud.container.queueing.sweep
    recorder = cloud.become("APIHandler")
    enqueue = partial(cloud.container.queueing.enqueue, NAME, SERVICE, [Work("echo", "{}")])

    enqueue()
    assert made(recorder) == [*REFUSED, "UpdateItem", "PutItem", *WOKEN], "it finds no queue, and makes it"
    enqueue()
    assert made(recorder) == WRITTEN

    drain()
    assert made(worker)[-1] == "UpdateItem", "that makes the queue idle, and leaves it open"
    enqueue()
    assert made(recorder) == WOKEN

    drain()
    cloud.change_queue(NAME, "SET tail_at = :one, moved_at = :one, look_at = :one")
    sweep()
    enqueue()
    assert made(recorder) == [*REFUSED, "UpdateItem", *WOKEN], "it opens the closed queue"


def test_a_wait_of_a_service_costs_four_writes(cloud: Cloud) -> None:
    recorder = cloud.become("APIHandler")
    queueing = cloud.container.queueing
    queueing.enqueue(NAME, SERVICE, [Work("echo", "{}")])
    made(recorder)

    queueing.dequeue(NAME, SERVICE, lambda request: request, wait=0.1)

    sessions = [action.partition(":")[2] for action, table in recorder.made if table == "SessionsTable"]
    assert sessions == ["UpdateItem"] * 4
    slots = {item["session_id"]["S"]: set(item) for item in cloud.scan("SessionsTable")}
    assert slots.pop(f"{SERVICE} {NAME}") == {"session_id", "expires_at"}
    assert len(slots) == 1, "one of the deployment's"
