"""What sleeps, waits for signals and later attempts cost; docs/durable.md has the figures."""

from collections.abc import Callable
from functools import partial

from chalicelib.core.queueing.context import HandlerRequest
from gurukool import RetryLaterError
from tests.infra.caller import Caller
from tests.infra.cloud import Cloud
from tests.infra.declared import declare_calling
from tests.infra.one_request import TABLES, calls_of_a_pass, calls_of_a_worker

REQUESTS, NOTES = TABLES
HOUR_S = 3600
READ_AHEAD, BEGIN, FINISH = ("Query", REQUESTS), ("UpdateItem", REQUESTS), ("UpdateItem", REQUESTS)
MARK = SUSPEND = ("UpdateItem", REQUESTS)
ADD, GET, LIST, DELETE = ((call, NOTES) for call in ("PutItem", "GetItem", "Query", "BatchWriteItem"))
STORED = [LIST, LIST]  # the second page is empty


def declaring(cloud: Cloud, call: Callable[[HandlerRequest], object]) -> Callable[[], None]:
    return partial(declare_calling, cloud, "echo", call)


def later_pass(cloud: Cloud, caller: Caller, declare: Callable[[], None], in_s: int) -> list[tuple[str, str]]:
    """All calls of the worker that gets a wake-up then."""
    cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    for call in ("pause", "resume"):  # which sends one
        caller.call("POST", f"/api/queue/{call}")
    return calls_of_a_pass(cloud, declare, in_s=in_s)


def of_tables(made: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [call for call in made if call[1] in TABLES]


def test_a_sleep_costs_three_writes_and_the_attempt_after_it_two_queries(
    cloud: Cloud, caller: Caller
) -> None:
    declare = declaring(cloud, lambda request: request.sleep(HOUR_S))

    assert calls_of_a_worker(cloud, caller, declare) == [READ_AHEAD, BEGIN, MARK, ADD, SUSPEND]

    made = later_pass(cloud, caller, declare, in_s=HOUR_S + 1)
    assert of_tables(made) == [READ_AHEAD, BEGIN, *STORED, FINISH, LIST, DELETE, LIST, LIST]


def test_a_sleep_of_up_to_90_seconds_has_its_wake_up_as_a_timer(cloud: Cloud, caller: Caller) -> None:
    """A worker looks every 20 seconds: LONGEST_TIMER_S."""
    declare = declaring(cloud, lambda request: request.sleep(60))
    calls_of_a_worker(cloud, caller, declare)

    made = later_pass(cloud, caller, declare, in_s=20)

    timer = ("ChangeMessageVisibility", "WakeUps")
    assert made == [("GetItem", "QueuesTable"), READ_AHEAD, timer]


def test_a_wait_for_a_signal_costs_six_calls_and_the_attempt_after_it_five(
    cloud: Cloud, caller: Caller
) -> None:
    declare = declaring(cloud, lambda request: request.wait_for("go", timeout=HOUR_S))

    made = calls_of_a_worker(cloud, caller, declare)
    assert made == [READ_AHEAD, BEGIN, MARK, LIST, GET, ADD, SUSPEND, GET]

    assert calls_of_a_signal(cloud, caller) == [
        *("GetItem", "GetItem"),  # the queue and the request, which is marked
        *("PutItem", "GetItem"),
        *("UpdateItem", "GetItem", "SendMessage"),  # it waits for this signal
    ]

    made = of_tables(calls_of_a_pass(cloud, declare))
    assert made[:-6] == [READ_AHEAD, BEGIN, *STORED, GET, ADD, GET, FINISH]
    assert made[-6:] == [LIST, DELETE, LIST] * 2  # its steps, and its signals


def test_a_signal_before_anybody_waits_for_it_costs_five_calls(cloud: Cloud, caller: Caller) -> None:
    cloud.become("APIHandler")
    caller.enqueue_as("ada")

    made = calls_of_a_signal(cloud, caller)

    assert made == ["GetItem", "GetItem", "UpdateItem", "PutItem", "GetItem"]


def calls_of_a_signal(cloud: Cloud, caller: Caller) -> list[str]:
    recorder = cloud.become("APIHandler", ALLOWED_HOSTS="localhost")
    caller.call("POST", "/api/queue/requests/1/signals/go", {"payload": 1})
    calls = (action.split(":") for action, _ in recorder.made)
    return [call for service, call in calls if service in {"dynamodb", "sqs"}]


def test_a_later_attempt_reads_the_steps_with_two_queries(cloud: Cloud, caller: Caller) -> None:
    def one_step_and_a_failure(request: HandlerRequest) -> None:
        request.step("one", lambda: 1)
        if request.attempts == 1:
            raise RetryLaterError("Not yet.", after=60)

    declare = declaring(cloud, one_step_and_a_failure)
    calls_of_a_worker(cloud, caller, declare)

    made = later_pass(cloud, caller, declare, in_s=HOUR_S)

    assert of_tables(made) == [READ_AHEAD, BEGIN, *STORED, FINISH, LIST, DELETE, LIST, LIST]
