"""What rates cost, on moto: of a user and of a handler nothing, of a service one write for each call."""

import pytest

from tests.infra.caller import PASSWORD, Caller
from tests.infra.cloud import Cloud, Recorder, still_clock
from tests.infra.declared import declare_rate

LATER = {"type": "echo", "enter_at": "2027-02-01T00:00:00Z"}
LIMIT = {"USER_RATE": "20/min", "USER_BURST": "5"}
WRITTEN = ["UpdateItem", "PutItem"]  # the number, the request


def made(recorder: Recorder) -> list[str]:
    """The calls since it was last asked, without those that read secrets."""
    calls = [action.partition(":")[2] for action, _ in recorder.made if "secret" not in action]
    recorder.made.clear()
    return calls


@pytest.fixture
def caller(cloud: Cloud) -> Caller:
    return Caller(cloud, idempotency_key=None)


def test_a_user_within_the_rate_pays_nothing_for_it(cloud: Cloud, caller: Caller) -> None:
    recorder = cloud.become("APIHandler", None, **LIMIT)
    caller.call("POST", "/api/auth/register", {"username": "ada", "password": PASSWORD})
    caller.sign_in("ada")
    made(recorder)

    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    assert made(recorder) == [*WRITTEN, "SendMessage"], "its bucket is full"
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    assert made(recorder) == WRITTEN, "its bucket is not"

    again = cloud.become("APIHandler", None, **LIMIT)  # another process, which takes it for full
    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    assert made(again) == ["UpdateItem", "GetItem", *WRITTEN]

    caller.call("POST", "/api/queue/scheduled", LATER)
    assert made(again) == ["GetItem", "UpdateItem", "PutItem"]

    caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    made(again)
    with pytest.raises(AssertionError):
        caller.call("POST", "/api/queue/enqueue", {"type": "echo"})
    assert made(again) == ["UpdateItem", "GetItem"], "refused"


def test_without_a_rate_there_is_no_bucket(cloud: Cloud, caller: Caller) -> None:
    cloud.become("APIHandler")
    caller.enqueue_as("ada")

    assert all("arrival" not in item for item in cloud.scan("QueuesTable"))


def test_a_service_pays_one_write_for_each_call_if_its_key_has_a_rate(cloud: Cloud, caller: Caller) -> None:
    recorder = cloud.become("APIHandler")
    caller.enqueue_as("chief")
    cloud.make_admin("chief")
    caller.sign_in("chief")
    keys = [
        caller.call("POST", "/api/admin/keys", {"name": "shop", "scopes": ["enqueue:*"], **rate})["key"]
        for rate in ({}, {"rate": "1/s"})
    ]
    for key in keys:
        caller.call("POST", "/api/users/ada/queue/enqueue", {"type": "echo"}, token=key)
    made(recorder)
    counts = []
    for key in keys:
        caller.call("POST", "/api/users/ada/queue/enqueue", {"type": "echo"}, token=key)
        counts.append(made(recorder))

    assert counts == [WRITTEN, ["UpdateItem", *WRITTEN]]


def test_a_handlers_rate_costs_no_call(cloud: Cloud, caller: Caller) -> None:
    """What is to be known of it is written with the begin, and with the head."""
    calls, paced = [], []
    for name, rate in (("ada", None), ("max", "10/h")):
        cloud.become("APIHandler")
        user_id = caller.enqueue_as(name)
        recorder = cloud.become("Worker", still_clock())
        if rate:
            declare_rate(cloud, "echo", rate)
        cloud.deliver(cloud.functions.worker, "WakeUps")
        calls.append(made(recorder))
        paced += [item for item in cloud.scan("QueuesTable") if "paced" in item]
        assert all(item["user_id"] == {"S": user_id} for item in paced), "without a rate, nothing is noted"

    assert calls[0] == calls[1]
    assert len(paced) == 1
