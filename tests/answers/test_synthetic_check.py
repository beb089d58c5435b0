"""The synthetic check, against the whole application over the fakes."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import pytest

from chalicelib.adapters.gateway.public_api import NotAnsweredError
from chalicelib.functions.checking import LONGEST_S, Check, CheckFailedError
from chalicelib.handlers import synthetic
from tests.answers.service import Service
from tests.e2e.users import User

OFF: dict[str, str] = {}
ON = {"SYNTHETIC_CHECK": "rate(5 minutes)"}
SLOT = f"The slot {synthetic.TYPE}"

type Meanwhile = Callable[[], None]


@pytest.fixture
def settings() -> Mapping[str, str]:
    return ON


class Checked:
    """Checks of one user, whose calls are answered in this process."""

    def __init__(self, service: Service, user: User) -> None:
        self.service, self.user = service, user
        self.calls: list[str] = []
        self.meanwhile: Meanwhile = service.work  # what happens before each look for an outcome
        clock = service.clock
        self._check = Check(self._call, lambda: clock.now() / 1000, clock.sleep)

    def __call__(self) -> None:
        """As `run` does it."""
        try:
            self._check(self.user.username, self.user.password)
        finally:
            self._check.leave()

    def _call(self, method: str, path: str, body: object = None, *, token: str = "") -> Any:
        self.calls.append(f"{method} {path.partition('?')[0]}")
        if "dequeue" in path:
            self.meanwhile()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self.service.api.call(method, path, body, headers)
        if not HTTPStatus(answer.status).is_success:
            raise NotAnsweredError(
                f"{self.calls[-1]} was answered with {answer.status} {answer.body['code']}."
            )
        return answer.body


@pytest.fixture
def check(service: Service, user: User) -> Checked:
    user.session.sign_out()
    return Checked(service, user)


def test_a_check_signs_in_sends_takes_the_outcome_and_signs_out(check: Checked) -> None:
    check()
    calls = [
        "POST /api/auth/login",
        "POST /api/queue/enqueue",
        "GET /api/queue/dequeue",
        "POST /api/auth/logout",
    ]
    assert check.calls == calls
    queue = check.service.store.queues.get(check.user.user_id)
    assert queue is not None
    assert (queue.read, queue.head, queue.tail, dict(queue.sessions)) == (1, 1, 1, {})


def test_while_no_worker_works_checks_fail_and_one_request_waits(check: Checked) -> None:
    """The next check that finds a worker takes what was left, and passes."""
    check.meanwhile = lambda: None
    started = check.service.clock.now()
    with pytest.raises(
        CheckFailedError, match=re.escape("Request 1 was accepted and has no outcome in time.")
    ):
        check()
    assert check.service.clock.now() - started <= (LONGEST_S + 2) * 1000
    for _ in range(2):
        with pytest.raises(NotAnsweredError, match="enqueue was answered with 409 slot_busy"):
            check()
    assert check.calls[-1] == "POST /api/auth/logout"
    assert check.service.store.queues.get(check.user.user_id).tail == 1  # type: ignore[union-attr]

    check.service.work()
    check.meanwhile = check.service.work
    check()
    assert check.service.store.queues.get(check.user.user_id).read == 2  # type: ignore[union-attr]


def test_an_outcome_that_is_no_success_is_a_fault(check: Checked) -> None:
    def cancel() -> None:
        session = check.service.api.sign_in(check.user.username, check.user.password)
        session.ask("POST", "/api/queue/requests/1/cancel")
        check.service.work()

    check.meanwhile = cancel
    with pytest.raises(CheckFailedError, match="Request 1 ended as cancelled"):
        check()


def test_a_wrong_password_is_a_fault_that_does_not_show_it(check: Checked) -> None:
    wrong = "wrong and long enough"
    with pytest.raises(NotAnsweredError) as raised:
        Check(check._call)(check.user.username, wrong)
    assert str(raised.value) == "POST /api/auth/login was answered with 401 wrong_credentials."


@pytest.mark.parametrize("settings", [OFF])
def test_without_a_check_there_is_no_such_type(service: Service, user: User) -> None:
    refused = user.session.call("POST", "/api/queue/enqueue", {"type": synthetic.TYPE, "payload": ""})
    assert refused.status == HTTPStatus.UNPROCESSABLE_ENTITY
