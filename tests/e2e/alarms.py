"""The alarms of the template on the deployed stack, and how each is made to ring."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Timer
from typing import Any

import pytest
import urllib3

from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.runtime.clock import SystemClock
from infra import roles
from local_cloud.processes import of_stack
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.rendered import Rendered
from tests.e2e.sweeping import accept_without_wake_up, sweep
from tests.e2e.users import SignUp, User, outcome_of

PERIOD_S = 30  # longer than the time between two looks at an alarm, so that each event is seen
LONG_AGO_MS = 600_000
SLOW_S = 1.5  # longer than the threshold for slow calls; the functions wait 3 s for DynamoDB
SLOW_CALL_MS = 500
SWEEPER_STOPS_S = 10  # before its time-out, with which it may begin nothing
MOST_CLAIMED = 700
MOST_SLOW_WORKERS = 2
CHAIN = 18  # turns of one user, each with a wake-up of the worker's own


class Alarms:
    """They look at one period of seconds instead of several of a minute."""

    def __init__(self, stack: DeployedStack) -> None:
        self._client = stack.emulator.client("cloudwatch")
        self._rendered = Rendered(stack).alarms()
        self._names: list[str] = []
        self._since = datetime.now(UTC)

    def watch(self, *names: str, seconds: int = PERIOD_S, **changed: Any) -> None:
        """`changed`: other properties than those of the template."""
        for name in names:
            properties = self._rendered[f"Alarm{name}"] | {
                "Period": seconds,
                "EvaluationPeriods": 1,
                "DatapointsToAlarm": 1,
                "AlarmActions": [],
                "OKActions": [],
                **changed,
            }
            self._client.put_metric_alarm(**properties)
            self._names.append(properties["AlarmName"])

    def in_state(self, state: str) -> set[str]:
        found = self._client.describe_alarms(AlarmNames=self._names)["MetricAlarms"]
        return {alarm["AlarmName"].rpartition("-")[2] for alarm in found if alarm["StateValue"] == state}

    def rung(self) -> set[str]:
        """Those that ring, and those that have rung."""
        pages = self._client.get_paginator("describe_alarm_history").paginate(HistoryItemType="StateUpdate")
        return {
            item["AlarmName"].rpartition("-")[2]
            for page in pages
            for item in page["AlarmHistoryItems"]
            if item["AlarmName"] in self._names and item["Timestamp"] >= self._since
            if json.loads(item["HistoryData"])["newState"]["stateValue"] == "ALARM"
        }

    def delete(self) -> None:
        self._client.delete_alarms(AlarmNames=self._names)


@dataclass(frozen=True)
class Causes:
    """Each leaves the stack as it was, except for the queues of the users that it makes."""

    stack: DeployedStack
    store: DynamoStore
    sign_up: SignUp

    def send_nonsense(self, queue: str) -> None:
        """A message that is no wake-up. `queue`: as the outputs of the stack call it."""
        self.stack.emulator.client("sqs").send_message(
            QueueUrl=self.stack.outputs[queue],
            MessageBody="?",
            MessageGroupId="?",
            MessageDeduplicationId="?",
        )

    def fail(self, output: str) -> None:
        """An invocation of a scheduled function, with an event that no schedule makes.

        `output`: as the outputs of the stack call the function.
        """
        answer = self._lambda.invoke(FunctionName=self.stack.outputs[output], Payload=b"{}")
        assert "FunctionError" in answer

    def throttle(self, output: str) -> None:
        function = self.stack.outputs[output]
        with (
            self._reserved(function, 0),
            pytest.raises(self._lambda.exceptions.TooManyRequestsException),
        ):
            self._lambda.invoke(FunctionName=function, Payload=b"{}")

    def claim_concurrency(self) -> None:
        with self._reserved(self.stack.outputs["LongWorkerFunction"], MOST_CLAIMED):
            sweep(self.stack)

    def leave_sweeper_no_time(self) -> User:
        """Somebody has given it a shorter time-out. Then there is a queue that it should look at."""
        before = self._lambda.get_function_configuration(FunctionName=self._sweeper)["Timeout"]
        self._give_sweeper(SWEEPER_STOPS_S)
        try:
            user = self.lose_wake_up()
            sweep(self.stack)
        finally:
            self._give_sweeper(before)
        return user

    def _give_sweeper(self, seconds: int) -> None:
        self._lambda.update_function_configuration(FunctionName=self._sweeper, Timeout=seconds)
        self._lambda.get_waiter("function_updated_v2").wait(FunctionName=self._sweeper)

    def lose_wake_up(self) -> User:
        user = self.sign_up()
        accept_without_wake_up(self.store, user, SystemClock().now() - LONG_AGO_MS)
        return user

    def send_what_no_code_takes(self) -> User:
        """A worker has looked at it long ago: the one that the sweeper wakes holds the queue."""
        user, long_ago = self.sign_up(), SystemClock().now() - LONG_AGO_MS
        request = accept_without_wake_up(self.store, user, long_ago, "of-another-release")
        self.store.requests.note_unfit(request, long_ago)
        return user

    def stop_database(self) -> None:
        """Twice for some seconds, while somebody sends a request, and while somebody reads a queue."""
        session = self.sign_up().session
        [database] = [
            p for p in of_stack(self.stack.emulator.state) if "DynamoDBLocal" in " ".join(p.command)
        ]
        for call in (lambda: session.enqueue("echo", {}), session.queue):
            go_on = Timer(SLOW_S, database.handle.send_signal, [signal.SIGCONT])
            database.handle.send_signal(signal.SIGSTOP)
            go_on.start()
            try:
                call()
            finally:
                go_on.join()

    def fail_cloudwatch(self) -> None:
        """The API answers 503 to an administrator."""
        user, outputs = self.sign_up(), self.stack.outputs
        tables = roles.Tables(outputs["AccountsTable"], outputs["AuditTable"])
        roles.give(self.stack.emulator.client("dynamodb"), tables, user.username, "admin")
        session = user.session.api.sign_in(user.username, user.password)
        url = f"{self.stack.emulator.edge_url}/_gurukool/faults?service=monitoring&seconds="
        faults = {"X-Gurukool-Faults": "yes"}
        assert urllib3.request("POST", f"{url}60", headers=faults).status == 204
        try:
            assert session.call("GET", "/api/admin/metrics").status == 503
        finally:
            urllib3.request("POST", f"{url}0", headers=faults)

    def forbid_loops(self) -> User:
        """RecursiveLoop is changed, and the backlog of a user takes more turns than Lambda then allows."""
        name = self.stack.outputs["SlowWorkerFunction"]
        variables = self._lambda.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        self._lambda.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables | {"QUANTUM_SECONDS": "1"}}
        )
        self._lambda.put_function_recursion_config(FunctionName=name, RecursiveLoop="Terminate")
        user = self.sign_up()
        order = {"type": "sleep", "payload": {"seconds": 1}}
        user.session.ask("POST", "/api/queue/enqueue/batch", {"requests": [order] * CHAIN})
        return user

    def allow_loops(self) -> None:
        name = self.stack.outputs["SlowWorkerFunction"]
        variables = self._lambda.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        self._lambda.put_function_recursion_config(FunctionName=name, RecursiveLoop="Allow")
        self._lambda.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables | {"QUANTUM_SECONDS": "10"}}
        )

    @contextmanager
    def few_slow_workers(self) -> Iterator[None]:
        """All of which are busy: there are as many users with slow requests, and one more."""
        before = self._mapping("SlowWorkerFunction")["ScalingConfig"]
        self._change_mapping("SlowWorkerFunction", ScalingConfig={"MaximumConcurrency": MOST_SLOW_WORKERS})
        users = [self.sign_up() for _ in range(MOST_SLOW_WORKERS + 1)]
        for user in users:
            user.session.enqueue("sleep", {"seconds": 3})
        try:
            yield
            for user in users:
                assert outcome_of(user, 1)["status"] == "succeeded"
        finally:
            self._change_mapping("SlowWorkerFunction", ScalingConfig=before)

    @contextmanager
    def no_quick_worker(self) -> Iterator[None]:
        """Somebody has disabled the event source of the worker."""
        self._change_mapping("WorkerFunction", Enabled=False)
        try:
            yield
        finally:
            self._change_mapping("WorkerFunction", Enabled=True)

    def _mapping(self, function: str) -> dict[str, Any]:
        """`function`: as the outputs of the stack call it."""
        found = self._lambda.list_event_source_mappings(FunctionName=self.stack.outputs[function])
        [mapping] = found["EventSourceMappings"]
        return dict(mapping)

    def _change_mapping(self, function: str, **changed: Any) -> None:
        self._lambda.update_event_source_mapping(UUID=self._mapping(function)["UUID"], **changed)
        state = "Enabled" if changed.get("Enabled", True) else "Disabled"
        assert wait_until(lambda: self._mapping(function)["State"] == state, 20)

    @contextmanager
    def _reserved(self, function: str, concurrency: int) -> Iterator[None]:
        self._lambda.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=concurrency)
        try:
            yield
        finally:
            self._lambda.delete_function_concurrency(FunctionName=function)

    @property
    def _lambda(self) -> Any:
        return self.stack.emulator.client("lambda")

    @property
    def _sweeper(self) -> str:
        return self.stack.outputs["SweeperFunction"]
