"""Each query of Grafana's dashboards and alert rules, asked as Grafana asks it, after a demo.

Not seen in a Grafana: none can be installed here. docs/grafana.md says so, too.
"""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from infra import sweep
from infra.grafana.alerts import rules
from infra.grafana.provisioning import BOARDS, DASHBOARDS, FILES
from infra.grafana.queries import SOURCE, Place
from infra.target import LOCAL_REGION, STACK, local_cloud
from local_cloud.waiting import wait_until
from tests.conftest import DeployedStack
from tests.e2e.grafana import Grafana, columns, fires, last
from tests.e2e.users import SignUp, User, outcome_of

# LocalStack counts the messages in queues once a minute, and metrics are sent a second later.
SECONDS = 90
# What is empty after a healthy demo, and why: the panel, and the label of the query or all of them.
HEALTHY = "counts what a healthy stack has none of"
CALLBACKS = "callbacks are off"
UNCOUNTED = "DynamoDB Local counts no units"
UNCHECKED = "a synthetic check is off, and made by other tests only"
IDLE = "no long requests were sent"
EMPTY: dict[tuple[str, str, str], str] = {
    ("overview", "Errors logged", ""): HEALTHY,
    ("overview", "Outcomes", "Expired"): HEALTHY,
    ("overview", "Outcomes", "Cancelled"): HEALTHY,
    **{
        ("overview", "Failed requests", kind): "the request failed by an error of its handler"
        for kind in ("permanent", "timeout", "crash", "conflict", "other")
    },
    ("overview", "Attempts lost or repeated", ""): HEALTHY,
    ("overview", "Refused", "Throttled"): HEALTHY,
    ("overview", "Refused", "ServerErrors"): HEALTHY,
    ("overview", "Refused", "ClientErrors"): HEALTHY,
    ("overview", "Errors", ""): HEALTHY,
    ("overview", "Throttles", ""): HEALTHY,
    ("overview", "Wake-ups", "callback-wake-ups"): CALLBACKS,
    ("overview", "Dead letters", "callback-wake-ups-dead-letters"): CALLBACKS,
    ("overview", "Oldest callback", ""): CALLBACKS,
    ("overview", "Calls that failed", ""): CALLBACKS,
    ("type", "Outcomes", "Expired"): HEALTHY,
    ("type", "Outcomes", "Cancelled"): HEALTHY,
    ("type", "Attempts lost or repeated", ""): HEALTHY,
    ("cost", "DynamoDB writes", ""): UNCOUNTED,
    ("cost", "DynamoDB reads", ""): UNCOUNTED,
    ("cost", "Dollars", "DynamoDB writes"): UNCOUNTED,
    ("cost", "Dollars", "DynamoDB reads"): UNCOUNTED,
    ("cost", "DynamoDB units", ""): UNCOUNTED,
    **{
        (board, panel, function): reason
        for board, panel in (
            ("overview", "Running at once"),
            ("overview", "Duration, p99"),
            ("cost", "GB-seconds"),
        )
        for function, reason in (("long-worker", IDLE), ("callbacks", CALLBACKS), ("checker", UNCHECKED))
    },
}
PANELS: list[tuple[str, dict[str, Any]]] = [
    (name, panel)
    for name in BOARDS
    for panel in json.loads((FILES / DASHBOARDS / f"{name}.json").read_text())["panels"]
    if panel["type"] != "row"
]


@pytest.fixture(scope="module")
def seen(stack: DeployedStack, demo: subprocess.CompletedProcess[str], failed: User) -> Grafana:
    """The stack after a demo, the requests of one more user, and a sweep."""
    assert demo.returncode == 0, demo.stderr
    sweep.invoke(local_cloud(stack.emulator.edge_url), print)
    return grafana(stack, user=failed.user_id, type="fail")


@pytest.fixture(scope="module")
def failed(sign_up: SignUp) -> User:
    """A user of whose quick requests one has failed, and who has looked without waiting."""
    user = sign_up()
    user.session.enqueue("echo", {})
    user.session.enqueue("fail", {"times": 0})
    user.session.ask("POST", "/api/queue/enqueue", {"type": "fail", "max_attempts": 1})
    assert outcome_of(user, 3)["status"] == "failed"
    user.session.ask("GET", "/api/queue")
    return user


def grafana(stack: DeployedStack, **variables: str) -> Grafana:
    emulator = stack.emulator
    every = {"stack": STACK, "region": LOCAL_REGION, "datasource": SOURCE, **variables}
    return Grafana(emulator.client("cloudwatch"), emulator.client("logs"), every)


@pytest.mark.parametrize(
    ("board", "panel"), PANELS, ids=[f"{board}: {panel['title']}" for board, panel in PANELS]
)
def test_every_panel_has_data_after_a_demo(seen: Grafana, board: str, panel: dict[str, Any]) -> None:
    targets, missing = panel["targets"], list[str]()

    def is_complete() -> bool:
        missing[:] = [label for label in empty(seen, targets) if not is_excused(board, panel["title"], label)]
        return not missing

    assert wait_until(is_complete, SECONDS), missing


def empty(seen: Grafana, targets: list[dict[str, Any]]) -> Iterator[str]:
    """The labels of the queries that have no data."""
    if targets[0]["queryMode"] == "Logs":
        for target in targets:
            found_columns = {name for row in seen.rows(target, *last()) for name in row}
            yield from sorted(columns(target) - found_columns) if found_columns else ["all"]
        return
    labels = {target["refId"]: target["label"] for target in targets}
    found = seen.series(targets, *last())
    assert found.keys() == {target["refId"] for target in targets if not target["hide"]}
    yield from (labels[letter] for letter, values in found.items() if not values)


def is_excused(board: str, title: str, label: str) -> bool:
    return (board, title, label) in EMPTY or (board, title, "") in EMPTY


def test_what_may_be_empty_exists() -> None:
    known = {
        (board, panel["title"], label)
        for board, panel in PANELS
        for label in ("", *(target.get("label") for target in panel["targets"]))
    }
    assert EMPTY.keys() <= known


def test_a_user_of_whom_nothing_is_logged_has_empty_panels(stack: DeployedStack, seen: Grafana) -> None:
    nobody = grafana(stack, user="0" * 32)
    targets = [panel["targets"] for board, panel in PANELS if board == "user"]
    assert targets
    assert all(len(list(empty(nobody, own))) == len(own) for own in targets)


def test_rules_get_an_answer_and_a_stack_that_is_gone_fires_one(stack: DeployedStack, seen: Grafana) -> None:
    asked = grafana(stack)
    found = rules(Place("nobody", LOCAL_REGION, SOURCE), {})
    every = [rule for group in found["groups"] for rule in group["rules"]]
    assert len(every) > 30
    fired = [
        rule["title"]
        for rule in every
        if fires(rule, asked.series([rule["data"][0]["model"]], *last(0.1))["A"])
    ]
    assert fired == ["SweeperStopped (nobody)"]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("QueuesStuck", [299, 300, 300], False),
        ("QueuesStuck", [300, 301, 400], True),
        ("QueuesStuck", [], False),
        ("ErrorsLogged", [1, 2], False),
        ("ErrorsLogged", [1, 2, 1], True),
        ("SweeperStopped", [1, 1, 1], False),
        ("SweeperStopped", [], True),
        ("SendCallsSlow", [2000.0] * 5, True),
        ("SendCallsSlow", [2000.0] * 4, False),
        ("WakeUpsDeadLetters", [0, 0, 0, 1, 0], True),
        ("WakeUpsDeadLetters", [0, 0, 0, 0, 0], False),
    ],
)
def test_rules_fire_as_the_alarms_do(name: str, values: list[float], expected: bool) -> None:
    found = rules(Place(STACK, "default", SOURCE), {})
    [rule] = [
        rule for group in found["groups"] for rule in group["rules"] if rule["title"] == f"{name} ({STACK})"
    ]
    assert fires(rule, values) is expected
