"""Calls that wait, under the limit of the deployment."""

import pytest

from tests.answers.service import Service


@pytest.mark.parametrize(("at_once", "waited_ms"), [("0", 0), ("1", 20_000)])
@pytest.mark.parametrize("path", ["dequeue", "outcomes", "requests/1", "requests/1/events"])
def test_when_as_many_calls_wait_as_may_the_next_one_is_answered_at_once(
    path: str, at_once: str, waited_ms: int
) -> None:
    service = Service({"WAIT_CONCURRENCY": at_once})
    user = service.sign_up()
    user.session.enqueue("echo", {})
    begun = service.clock.now()

    answer = user.session.call("GET", f"/api/queue/{path}?wait=20")

    assert answer.status in {200, 204}
    assert service.clock.now() - begun == waited_ms
    assert service.sessions.waits == {}
