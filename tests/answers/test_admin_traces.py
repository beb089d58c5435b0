"""What administrators see of a trace."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.core.errors import UnavailableError
from chalicelib.core.identity.traces import TracedSpan
from tests.answers.service import Service
from tests.e2e.users import User

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
PATH = f"/api/admin/traces/{TRACE_ID}"
SPANS = (
    TracedSpan("b", "a", "worker", "attempt echo", 1_500, 2_000.25, failed=True, attributes={"seq": 7}),
    TracedSpan("a", "caller", "api", "POST /api/queue/enqueue", 1_000, 1_010, failed=False, attributes={}),
)


class Canned:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, trace_id: str) -> Sequence[TracedSpan]:
        self.asked.append(trace_id)
        return SPANS


@pytest.mark.parametrize("trace_id", [TRACE_ID, "1-0af76519-16cd43dd8448eb211c80319c"])
def test_each_span_is_below_the_whole(service: Service, admin: User, trace_id: str) -> None:
    canned = Canned()
    service.container.adapters.monitoring.traces = canned

    shown: Any = admin.session.ask("GET", f"/api/admin/traces/{trace_id}")

    assert canned.asked == [TRACE_ID]
    assert (shown["trace_id"], shown["begun_at"], shown["took_ms"]) == (
        *(TRACE_ID, "1970-01-01T00:00:01.000Z", 1000),
    )
    whole, part = shown["spans"]
    assert (whole["name"], whole["depth"], whole["parent_id"]) == ("POST /api/queue/enqueue", 0, "caller")
    assert part == {
        "id": "b",
        "parent_id": "a",
        "depth": 1,
        "service": "worker",
        "name": "attempt echo",
        "after_ms": 500,
        "took_ms": 500.25,
        "failed": True,
        "attributes": {"seq": 7},
    }


def test_only_administrators_see_it(user: User) -> None:
    refused = user.session.call("GET", PATH)
    assert (refused.status, refused.body["code"]) == (403, "admin_only")


@pytest.mark.parametrize("trace_id", ["x", TRACE_ID[1:], TRACE_ID.upper(), f"2{TRACE_ID}"])
def test_what_is_no_id_of_a_trace_is_not_there(admin: User, trace_id: str) -> None:
    answer = admin.session.call("GET", f"/api/admin/traces/{trace_id}")
    assert (answer.status, answer.body["code"]) == (404, "not_found")


def test_an_x_ray_that_does_not_answer_is_told(service: Service, admin: User) -> None:
    class Away:
        def read(self, _: str) -> Sequence[TracedSpan]:
            raise UnavailableError("X-Ray does not answer.", retry_after=5)

    service.container.adapters.monitoring.traces = Away()
    answer = admin.session.call("GET", PATH)
    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (503, "unavailable", "5")


@pytest.mark.parametrize(
    ("settings", "sentence"), [({}, "Tracing"), ({"OTLP_ENDPOINT": "http://127.0.0.1:9"}, "OtlpEndpoint")]
)
def test_a_deployment_without_x_ray_says_how_to_switch_it_on(settings: dict[str, str], sentence: str) -> None:
    service = Service(settings)
    answer = service.make_admin(service.sign_up()).session.call("GET", PATH)
    assert (answer.status, answer.body["code"]) == (404, "traces_off")
    assert sentence in answer.body["detail"]


def test_a_request_names_its_trace(user: User) -> None:
    header = {"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}
    for headers in (header, {}):
        user.session.call("POST", "/api/queue/enqueue", {"type": "echo"}, headers)

    assert [user.session.ask("GET", f"/api/queue/requests/{seq}")["trace_id"] for seq in (1, 2)] == [
        TRACE_ID,
        None,
    ]
