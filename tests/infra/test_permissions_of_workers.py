"""What the workers do is what their policies allow, no less and no more."""

from datetime import UTC, datetime, timedelta

from chalicelib.adapters.memory.clock import ManualClock
from chalicelib.adapters.runtime.clock import SystemClock
from chalicelib.core.time import Millis
from chalicelib.functions.serving import MOST_RECEIVES
from tests.infra.caller import Caller
from tests.infra.cloud import Cloud, Recorder
from tests.infra.declared import declare_following, declare_long
from tests.infra.documents import WORKERS, Document
from tests.infra.grants import X_RAY, granted, logs, polls

# How a worker finds out, after a write whose answer was lost, that it was itself that began the request.
# The same of a step; and a handler that waits for a signal reads it.
AFTER_A_LOST_ANSWER = {("dynamodb:GetItem", "RequestsTable"), ("dynamodb:GetItem", "IdempotencyTable")}
SLEEP = {"type": "sleep", "payload": {"seconds": 0}}


def test_the_worker_may_do_what_it_does_and_no_more(template: Document, cloud: Cloud, caller: Caller) -> None:
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    user_id = caller.enqueue_as("ada")
    cloud.change_queue(user_id, "SET tail = tail + :one, tail_at = :one")  # a hole to fill
    caller.enqueue_as("bob")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo", "slot": "s"}, key="s")
    caller.call("POST", "/api/queue/enqueue", SLEEP, key="b")  # for a slow worker
    caller.enqueue_as("joe")
    caller.call("POST", "/api/queue/enqueue", {"type": "fail"}, key="j")  # for a long worker
    caller.enqueue_as("eve", not_before=_soon())
    recorder = cloud.become("Worker")
    declare_long(cloud, "fail")
    declare_following(cloud, user_id, "a.name", steps=True)
    for receives in (1, 1, 1, MOST_RECEIVES + 1):  # a timer that came so often is replaced
        cloud.deliver(cloud.functions.worker, "WakeUps", receives)
    done = recorder.calls | AFTER_A_LOST_ANSWER
    assert done | polls("WakeUps") | X_RAY | logs("Worker") == granted(template, "WorkerRole")


def test_the_slow_worker_may_do_what_it_does_and_no_more(
    template: Document, cloud: Cloud, caller: Caller
) -> None:
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    caller.enqueue_as("ada", "sleep", seconds=0)
    caller.call("POST", "/api/queue/enqueue", SLEEP | {"slot": "s"}, key="b")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"}, key="c")
    caller.enqueue_as("bob", "http", url="https://localhost/")  # signed, then refused for where localhost is
    user_id = caller.enqueue_as("eve", "sleep", seconds=0)
    cloud.change_queue(user_id, "SET tail = tail + :one, tail_at = :one")  # a hole to fill
    caller.enqueue_as("kim", "sleep", seconds=0)
    caller.call("POST", "/api/queue/enqueue", {"type": "fail"}, key="k")  # for a long worker
    caller.enqueue_as("joe", "sleep", not_before=_soon(), seconds=0)
    # The quantum is over before the third request, so a quick worker goes on.
    clock = TickingClock(SystemClock().now())
    recorder = cloud.become("SlowWorker", clock, QUANTUM_SECONDS="1", ALLOWED_HOSTS="localhost")
    declare_long(cloud, "fail")
    declare_following(cloud, "a.name", type_="sleep", steps=True)
    for receives in (1, 1, 1, 1, MOST_RECEIVES + 1):
        cloud.deliver(cloud.functions.slow_worker, "SlowWakeUps", receives)
    done = recorder.calls | AFTER_A_LOST_ANSWER
    assert done | polls("SlowWakeUps") | X_RAY | logs("SlowWorker") == granted(template, "SlowWorkerRole")


def test_the_long_worker_may_do_what_it_does_and_no_more(
    template: Document, cloud: Cloud, caller: Caller
) -> None:
    """A quick worker hands over what may take minutes; a long one runs it and hands the user back."""
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    declare_long(cloud, "fail", "http")
    caller.enqueue_as("ada", "fail", times=0)
    in_slot = {"type": "fail", "payload": {"times": 0}, "slot": "s"}
    caller.call("POST", "/api/queue/enqueue", in_slot, key="s")
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"}, key="b")  # for a quick worker
    caller.enqueue_as("joe", "fail", times=0)
    caller.call("POST", "/api/queue/enqueue", SLEEP, key="b")  # for a slow one
    user_id = caller.enqueue_as("eve", "fail", times=0)
    cloud.change_queue(user_id, "SET tail = tail + :one, tail_at = :one")  # a hole to fill
    caller.enqueue_as("kim", "fail", times=0)
    later = {"type": "echo", "not_before": _soon()}  # its wake-up, the timer, is replaced
    caller.call("POST", "/api/queue/enqueue", later, key="b")
    caller.enqueue_as("bob", "http", url="https://localhost/")  # signed, then refused for where localhost is
    _serve_all(cloud, "Worker")
    recorder = _serve_all(cloud, "LongWorker")
    done = recorder.calls | AFTER_A_LOST_ANSWER
    assert done | polls("LongWakeUps") | X_RAY | logs("LongWorker") == granted(template, "LongWorkerRole")


def _serve_all(cloud: Cloud, worker: str) -> Recorder:
    """The worker serves the wake-ups that there are now. Requests of two types may take minutes."""
    recorder = cloud.become(worker, ALLOWED_HOSTS="localhost")
    declare_long(cloud, "fail", "http")
    if worker == "LongWorker":
        declare_following(cloud, "a.name", type_="fail", steps=True)
    for _ in range(cloud.count_messages(WORKERS[worker])):
        cloud.deliver(cloud.function(worker), WORKERS[worker], MOST_RECEIVES + 1)
    return recorder


class TickingClock(ManualClock):
    """Each look at it takes the same time, so that no request is slow because the machine is busy."""

    def now(self) -> Millis:
        self.advance(40)
        return super().now()


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(seconds=50)).isoformat()
