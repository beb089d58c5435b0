"""The trace of a call goes on in the logs of the workers, and to the receivers of outcomes."""

import pytest

from tests.answers.callback_service import CallbackService, OutcomeReceiver
from tests.answers.service import Service
from tests.e2e.users import User

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_request_keeps_its_trace_and_its_lines_have_it(
    service: Service, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "gurukool")
    for header in (TRACEPARENT, "no trace"):
        user.session.call("POST", "/api/queue/enqueue", {"type": "echo"}, {"traceparent": header})
    service.work()

    stored = service.store.tables.requests[user.user_id]
    assert [stored[seq].trace for seq in (1, 2)] == [TRACEPARENT, None]
    fields = [vars(r)["fields"] for r in caplog.records if r.message == "request succeeded"]
    assert [of_line.get("trace") for of_line in fields] == [TRACEPARENT.split("-")[1], None]


def test_a_push_belongs_to_the_trace_of_its_request() -> None:
    with OutcomeReceiver() as receiver:
        service = CallbackService(receiver.origin)
        user = service.sign_up()
        for headers in ({"traceparent": TRACEPARENT}, {}):
            order = {"type": "echo", "callback": receiver.url, "payload": {"text": "x" * 900}}
            user.session.ask("POST", "/api/queue/enqueue", order, headers)
        service.work()
        service.call_back()

    assert [push.headers.get("traceparent") for push in receiver.pushes] == [TRACEPARENT, None]
