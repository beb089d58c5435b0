"""What users do to their queues: pause, cancel, purge, delete, and settling a halted head."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from local_cloud.waiting import wait_until
from tests.e2e.users import User
from tests.patience import RECOVERY_S

HALTS = {"type": "fail", "payload": {"times": 1}, "max_attempts": 1, "on_failure": "halt"}


def send(user: User, **body: Any) -> int:
    return int(user.session.ask("POST", "/api/queue/enqueue", {"type": "echo", **body})["seq"])


def control(user: User, path: str) -> Any:
    return user.session.ask("POST", f"/api/queue/{path}")


def refused(user: User, path: str) -> int:
    return user.session.call("POST", f"/api/queue/{path}").status


def status(user: User, seq: int, wait: int = 0) -> str:
    return user.session.request(seq, wait)["status"]


def until_halted(user: User) -> None:
    assert wait_until(lambda: user.session.queue()["state"] == "halted", RECOVERY_S)


def test_nothing_starts_while_the_queue_is_paused(user: User) -> None:
    assert control(user, "pause")["state"] == "paused"
    seq = send(user)

    assert user.session.dequeue(wait=1) is None
    assert control(user, "resume")["state"] == "open"
    assert status(user, seq, wait=20) == "succeeded"


def test_a_cancelled_request_is_never_run(user: User) -> None:
    control(user, "pause")
    first, second = send(user), send(user)

    assert control(user, f"requests/{first}/cancel")["status"] == "cancelled"
    control(user, "resume")

    assert status(user, second, wait=20) == "succeeded"
    cancelled = user.session.request(first)
    assert (cancelled["status"], cancelled["attempts"]) == ("cancelled", 0)
    assert refused(user, f"requests/{first}/cancel") == HTTPStatus.CONFLICT
    assert refused(user, f"requests/{second}/cancel") == HTTPStatus.CONFLICT


def test_a_purge_cancels_what_waits_and_leaves_what_comes_later(user: User) -> None:
    control(user, "pause")
    waiting = [send(user) for _ in range(3)]
    control(user, "purge")
    later = send(user)
    control(user, "resume")

    assert status(user, later, wait=20) == "succeeded"
    assert [status(user, seq) for seq in waiting] == ["cancelled"] * 3


def test_a_deleted_queue_forgets_and_its_numbers_go_on(user: User) -> None:
    seq = send(user)
    assert status(user, seq, wait=20) == "succeeded"

    user.session.ask("DELETE", "/api/queue")

    assert user.session.ask("GET", "/api/queue/requests") == {"requests": [], "next": None}
    assert user.session.call("GET", f"/api/queue/requests/{seq}").status == HTTPStatus.NOT_FOUND
    assert send(user) == seq + 1
    outcome = user.session.dequeue()
    assert outcome is not None
    assert outcome["seq"] == seq + 1


def test_a_halted_queue_stands_still_until_its_head_is_skipped(user: User) -> None:
    halting, behind = send(user, **HALTS), send(user)
    until_halted(user)

    assert status(user, behind) == "queued"
    assert refused(user, "resume") == refused(user, "pause") == HTTPStatus.CONFLICT
    assert refused(user, f"requests/{behind}/skip") == HTTPStatus.CONFLICT
    assert control(user, f"requests/{halting}/skip")["status"] == "failed"
    assert status(user, behind, wait=20) == "succeeded"


def test_a_halted_head_is_retried_in_its_place(user: User) -> None:
    halting, behind = send(user, **HALTS), send(user)
    until_halted(user)

    control(user, f"requests/{halting}/retry")

    assert status(user, behind, wait=20) == "succeeded"
    assert user.session.request(halting)["attempts"] == 2
    assert user.session.request(halting)["status"] == "succeeded"


def test_an_older_failure_is_retried_as_a_new_request_that_names_it(user: User) -> None:
    failed = send(user, type="fail", payload={"times": 1}, max_attempts=1)
    assert status(user, failed, wait=20) == "failed"

    answer = user.session.call("POST", f"/api/queue/requests/{failed}/retry")

    assert (answer.status, answer.body["origin"]) == (HTTPStatus.ACCEPTED, failed)
    assert answer.body["seq"] == failed + 1
    assert status(user, failed) == "failed"


def test_a_failed_attempt_is_repeated_before_anything_behind_it_runs(user: User) -> None:
    failing, behind = send(user, type="fail", payload={"times": 1}), send(user)

    assert status(user, behind, wait=20) == "succeeded"
    first, second = user.session.request(failing), user.session.request(behind)
    assert (first["status"], first["attempts"]) == ("succeeded", 2)
    assert str(first["finished_at"]) <= str(second["started_at"])


def test_not_before_holds_the_line(user: User) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=2)
    held, behind = send(user, not_before=moment.isoformat()), send(user)

    assert status(user, behind, wait=20) == "succeeded"
    started = user.session.request(held)["started_at"]
    assert datetime.fromisoformat(str(started)) >= moment.replace(
        microsecond=moment.microsecond // 1000 * 1000
    )
    assert str(started) <= str(user.session.request(behind)["started_at"])


def test_a_waiting_request_knows_its_place(user: User) -> None:
    control(user, "pause")
    seqs = [send(user) for _ in range(3)]

    assert [user.session.request(seq)["position"] for seq in seqs] == [1, 2, 3]
    control(user, "purge")


def test_what_does_not_exist_cannot_be_controlled(user: User) -> None:
    for verb in ("cancel", "retry", "skip"):
        assert refused(user, f"requests/7/{verb}") == HTTPStatus.NOT_FOUND
