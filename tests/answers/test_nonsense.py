"""Whatever a handler raises or returns, its user is answered, and nothing is lost for the reader."""

from collections.abc import Callable, Mapping
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.policy import HandlerError, PermanentError, RetryLaterError
from tests.answers.service import Service
from tests.e2e.users import User
from tests.fakes.nonsense import NONSENSE, Act, changed_later, later, raises

ENDED = {"succeeded", "failed", "cancelled", "expired"}
TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # half surrogates too
NUMBERS = st.one_of(st.floats(), st.integers(), st.decimals(), st.timedeltas())
JSON = st.recursive(
    st.one_of(st.none(), NUMBERS, TEXT, st.binary(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
)
ERRORS: list[Callable[[str], BaseException]] = [HandlerError, PermanentError, ValueError, SystemExit]
ACTS = st.one_of(
    st.sampled_from(list(NONSENSE.values())),
    st.one_of(NUMBERS, TEXT, st.none()).map(later),
    st.one_of(NUMBERS, TEXT, st.none()).map(changed_later),
    st.tuples(st.sampled_from(ERRORS), TEXT).map(lambda drawn: raises(lambda: drawn[0](drawn[1]))),
    JSON.map(lambda value: lambda: value),
)


@pytest.fixture(name="settings")
def quiet() -> Mapping[str, str]:
    return {"LOG_LEVEL": "ERROR"}


@pytest.fixture
def acts(service: Service) -> list[Act]:
    """What the handler "nonsense" does, attempt after attempt; then it succeeds."""
    queued: list[Act] = []

    @handler("nonsense", timeout=5, max_attempts=2)
    def nonsense(payload: dict[str, Any]) -> Any:
        return queued.pop(0)() if queued else "sense"

    service.handlers.collect([nonsense])
    return queued


def every_named_example(test: Any) -> Any:
    for act in NONSENSE.values():
        test = example(act, False)(test)
    return test


def test_a_user_of_a_handler_that_makes_no_sense_is_answered(service: Service, acts: list[Act]) -> None:
    @hypothesis.settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @every_named_example
    @given(ACTS, st.booleans())
    def live(act: Act, halts: bool) -> None:
        acts[:] = [act, act]
        user = service.sign_up()
        order = {"type": "nonsense", "payload": {}, "on_failure": "halt" if halts else "skip"}
        user.session.ask("POST", "/api/queue/enqueue", order)
        user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", "payload": {"n": 1}})
        service.work()

        shown = see(user)
        acts.clear()
        for deed in ("cancel", "retry", "skip"):
            answered(user, "POST", f"/api/queue/requests/1/{deed}")
        service.work()

        assert see(user)["type"] == "nonsense"
        assert shown["status"] in {*ENDED, "queued"}
        outcomes = list(iter(lambda: dequeue(user), None))
        assert [outcome["seq"] for outcome in outcomes[:2]] == [1, 2], "nothing is lost"
        assert outcomes[1]["status"] == "succeeded", "and what is behind has run"

    live()


def see(user: User) -> Any:
    """Everything that shows the first request; its own view."""
    answered(user, "GET", "/api/queue")
    listed = answered(user, "GET", "/api/queue/requests")
    shown = answered(user, "GET", "/api/queue/requests/1")
    assert listed["requests"][0]["status"] == shown["status"]
    error = shown["error"] or {"kind": "error", "message": ""}
    assert error["kind"] in {"error", "permanent"}
    assert len(error["message"]) <= 2_000
    return shown


def answered(user: User, method: str, path: str) -> Any:
    answer = user.session.call(method, path)
    assert answer.status < 500, (method, path, answer.body)
    return answer.body


def dequeue(user: User) -> Any:
    answer = user.session.call("GET", "/api/queue/dequeue?wait=0")
    assert answer.status in (200, 204), answer.body
    return answer.body


def test_a_delay_that_makes_sense_is_kept(service: Service, user: User, acts: list[Act]) -> None:
    acts.append(raises(lambda: RetryLaterError("Not now.", after=3_600)))
    user.session.ask("POST", "/api/queue/enqueue", {"type": "nonsense", "payload": {}})
    now = service.clock.now()

    service.work()

    assert service.store.tables.requests[user.user_id][1].not_before == now + 3_600_000
