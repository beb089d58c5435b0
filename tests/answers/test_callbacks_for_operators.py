"""What operators and administrators learn of receivers that fail."""

import logging
from typing import Any

import pytest

from tests.answers.callback_service import CallbackService, OutcomeReceiver
from tests.e2e.users import User


@pytest.fixture
def receiver() -> Any:
    with OutcomeReceiver(lambda _: 503) as receiver:
        yield receiver


@pytest.fixture
def service(receiver: OutcomeReceiver) -> CallbackService:
    return CallbackService(receiver.origin)


def send(service: CallbackService, user: User, url: str) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", "callback": url})
    service.work()


def test_administrators_see_whose_receiver_fails_and_since_when(
    service: CallbackService, admin: User, receiver: OutcomeReceiver
) -> None:
    send(service, service.sign_up(), receiver.url)
    service.call_back(until_ms=5_000)

    [found] = [q for q in admin.session.ask("GET", "/api/admin/queues")["queues"] if q["tail"]]

    assert (found["callbacks"]["first"], found["callbacks"]["tries"]) == (1, len(receiver.pushes))
    assert found["callbacks"]["since"] > "2027-01-15T08:00:00"


def test_what_is_given_up_is_logged_with_all_that_an_alarm_needs(
    service: CallbackService, user: User, receiver: OutcomeReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = lambda _: 410
    began = service.clock.now()
    with caplog.at_level(logging.WARNING, logger="gurukool"):
        send(service, user, f"{receiver.origin}/secret-path")
        service.call_back()

    [record] = [record for record in caplog.records if record.message == "callback given up"]
    fields: dict[str, Any] = vars(record)["fields"]
    assert (fields["user"], fields["seq"], fields["tries"], fields["status"]) == (user.user_id, 1, 1, 410)
    assert f"http://{fields['host']}" == receiver.origin
    assert began <= fields["since"] <= began + 2_000
    assert "secret-path" not in str(fields)
