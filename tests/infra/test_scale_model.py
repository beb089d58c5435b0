"""The simulator of scale makes exactly the calls that the functions make, and its items are as large."""

import boto3
import pytest

from tests.infra.caller import PASSWORD, Caller
from tests.infra.cloud import Cloud, Recorder, still_clock
from tests.scale.calls import request_bytes
from tests.scale.steps import USER, Cost, Walk
from tests.unit.test_item_sizes import size

LAMBDAS = ("ReceiveMessage", "DeleteMessage")  # made by Lambda, not by a function
BATCH = 10


def made(recorder: Recorder) -> list[str]:
    calls = [call for action, _ in recorder.made if (call := action.partition(":")[2]) != "GetSecretValue"]
    recorder.made.clear()
    return calls


def modelled(cost: Cost) -> list[str]:
    return [action for action in cost.made if action not in LAMBDAS]


class Functions:
    """The functions' code on moto."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._caller = Caller(cloud, idempotency_key=None)
        cloud.become("APIHandler")
        self._caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
        self._caller.sign_in("ada")

    def _as_api(self, method: str, path: str, body: object = None) -> list[str]:
        recorder = self._cloud.become("APIHandler", still_clock())
        self._caller.call(method, f"/api/queue/{path}", body)
        return made(recorder)

    def enqueue(self, count: int = 1) -> list[str]:
        if count == 1:
            return self._as_api("POST", "enqueue", {"type": "echo", "payload": {"ms": 0}})
        return self._as_api(
            "POST", "enqueue/batch", {"requests": [{"type": "echo", "payload": {"ms": 0}}] * count}
        )

    def dequeue(self) -> list[str]:
        return self._as_api("GET", "dequeue")

    def drain(self) -> list[str]:
        recorder = self._cloud.become("Worker", still_clock())
        self._cloud.deliver(self._cloud.functions.worker, "WakeUps")
        return made(recorder)


@pytest.fixture
def functions(cloud: Cloud) -> Functions:
    return Functions(cloud)


def test_each_step_of_the_model_makes_the_functions_calls_in_their_order(functions: Functions) -> None:
    with Walk.begun() as walk:
        for step in ("enqueue", "drain", "dequeue", "enqueue", "drain", "dequeue", "dequeue"):
            assert (step, modelled(getattr(walk, step)())) == (step, getattr(functions, step)())
        for count in (1, 1, 1):
            assert modelled(walk.enqueue(count)) == functions.enqueue(count)
        assert modelled(walk.drain()) == functions.drain()
        # The functions write the places of a batch side by side.
        assert sorted(modelled(walk.enqueue(BATCH))) == sorted(functions.enqueue(BATCH))
        assert modelled(walk.drain()) == functions.drain()


def test_the_functions_log_as_many_bytes_as_the_model(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Values differ in length: names of functions, addresses, durations."""
    steps = ("enqueue", "drain", "dequeue")
    capsys.readouterr()
    logged = []
    for step in steps:
        getattr(functions, step)()
        logged.append([line for line in capsys.readouterr().out.splitlines() if line.startswith("{")])
    with Walk.begun() as walk:
        counts = [getattr(walk, step)().counts for step in steps]

    assert [len(lines) for lines in logged] == [count["log lines"] for count in counts]
    measured = [sum(map(len, lines)) for lines in logged]
    assert [count["log bytes"] for count in counts] == [pytest.approx(size, rel=0.1) for size in measured]


def test_an_item_is_as_large_as_it_is_stored(functions: Functions) -> None:
    """A query is billed by the sizes of the items that it reads."""
    functions.enqueue()
    functions.drain()
    with Walk.begun() as walk:
        walk.enqueue()
        walk.drain()
        estimated = request_bytes(walk.world.store.tables.requests[USER][1])

    [item] = boto3.client("dynamodb").scan(TableName=_requests_table())["Items"]
    stored = sum(len(name) + size(value) for name, value in item.items())
    assert estimated == pytest.approx(stored, rel=0.15)


def _requests_table() -> str:
    tables: list[str] = boto3.client("dynamodb").list_tables()["TableNames"]
    return next(name for name in tables if "Requests" in name)
