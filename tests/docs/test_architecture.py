"""The page about the architecture says what the code is."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from tests.answers.service import Service
from tests.docs.architecture import CHECKOUT, PAGE, arrows, drawn, floors

STEP = re.compile(r"^\| (\d) \| \[([\w/.]+)\]\(\.\./\2\) \| `([\w.]+)` \| .+ \|$", re.MULTILINE)
SHIPPED = {
    *("core", "core/queueing", "core/identity"),
    *("api", "functions", "container", "web", "handlers", "webhooks", "settings", "gurukool"),
    *(
        "adapters/dynamodb",
        "adapters/gateway",
        "adapters/sqs",
        "adapters/security",
        "adapters/oidc",
        "adapters/runtime",
        "adapters/json",
    ),
}
FOR_TESTS = {"adapters/memory", "gurukool.testing"}
PROGRAMS = {"infra", "local_cloud", "extension", "bootstrap"}
# Arrows that there must never be: from each of these rooms to any of those. For the arrows inside chalicelib,
# tests/unit/test_rooms.py has a table of all.
NEVER = [
    (SHIPPED, FOR_TESTS | PROGRAMS | {"app.py"}),
    (SHIPPED - {"gurukool"}, {"gurukool"}),
    ({"infra"}, {"local_cloud", "extension"}),
    ({"extension", "bootstrap"}, SHIPPED | FOR_TESTS | PROGRAMS),
]
MOST_FILES = 6


def test_the_picture_and_the_table_show_the_imports() -> None:
    page = PAGE.read_text()

    assert page == drawn(page), "Draw them anew: localstack/run -m tests.docs.architecture"
    assert page.count(" --> ") > 10


def test_there_are_no_circles() -> None:
    assert floors(arrows())[0]


def test_no_arrow_is_there_that_the_plan_forbids() -> None:
    found = arrows()
    forbidden = [
        f"{room} -> {other}"
        for rooms, others in NEVER
        for room in rooms
        for other in found[room] & (others - rooms)
    ]

    assert forbidden == []


@dataclass(frozen=True)
class Step:
    file: str
    function: str


@dataclass
class Trace:
    """The steps of the walk in the order in which they were first called, and by which of them."""

    steps: list[Step]
    called: dict[Step, set[Step]] = field(default_factory=dict)

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and (step := self._step(frame)):
            callers = {caller for outer in _outer(frame) if (caller := self._step(outer))}
            self.called.setdefault(step, callers)

    def _step(self, frame: FrameType) -> Step | None:
        step = Step(frame.f_code.co_filename.removeprefix(f"{CHECKOUT}/"), frame.f_code.co_qualname)
        return step if step in self.steps else None


def _outer(frame: FrameType) -> Iterator[FrameType]:
    outer = frame.f_back
    while outer:
        yield outer
        outer = outer.f_back


def walk() -> list[Step]:
    found = STEP.findall(PAGE.read_text())
    assert [int(number) for number, *_ in found] == list(range(1, len(found) + 1))
    return [Step(file, function) for _, file, function in found]


def test_the_walk_names_few_files_and_the_functions_in_them() -> None:
    steps = walk()

    assert 1 < len({step.file for step in steps}) <= MOST_FILES
    assert [step for step in steps if step.function not in _functions(step.file)] == []


def _functions(file: str) -> set[str]:
    tree = ast.parse((CHECKOUT / file).read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    methods = {f"{c.name}.{f.name}" for c in classes for f in c.body if isinstance(f, ast.FunctionDef)}
    return methods | {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_request_goes_the_way_of_the_walk() -> None:
    service, steps = Service(), walk()
    user, trace = service.sign_up(), Trace(steps)

    sys.setprofile(trace)
    try:
        user.session.enqueue("echo", {"who": "goes there"})
        service.work()
    finally:
        sys.setprofile(None)

    assert user.session.request(1)["result"] == {"who": "goes there"}
    assert list(trace.called) == steps
    entered = [step for step, callers in trace.called.items() if not callers]
    assert [step.function for step in entered] == ["enqueue", "Drain.__call__"], "by a call, and by a wake-up"
