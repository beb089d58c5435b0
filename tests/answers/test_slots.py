"""Enqueues with a slot or a latest start, as callers see them."""

from typing import Any

import pytest

from tests.answers.service import Service
from tests.e2e.users import User

DOC: dict[str, Any] = {"type": "echo", "slot": "doc"}


def send(user: User, **order: Any) -> Any:
    return user.session.call("POST", "/api/queue/enqueue", DOC | order)


def test_a_request_is_replaced_and_its_outcome_says_by_which(service: Service, user: User) -> None:
    send(user)
    send(user, if_busy="replace")

    service.work()

    replaced, last = (user.session.call("GET", f"/api/queue/requests/{seq}").body for seq in (1, 2))
    assert (replaced["status"], replaced["superseded_by"], replaced["if_busy"]) == ("cancelled", 2, "queue")
    assert (last["status"], last["slot"], last["if_busy"]) == ("succeeded", "doc", "replace")


def test_a_request_is_rejected_by_the_one_that_is_in_the_way(user: User) -> None:
    send(user)

    answer = send(user, if_busy="reject")

    assert (answer.status, answer.body["code"], answer.body["seq"]) == (409, "slot_busy", 1)
    assert answer.body["detail"] == "Request 1 is in the way: it is queued in the slot 'doc'."


def test_a_latest_start_that_is_over_is_refused(user: User) -> None:
    assert send(user, start_before="2020-01-01T00:00:00Z").body["errors"] == [
        {"path": "start_before", "message": "must not be over"}
    ]


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        ("", {"type": "echo", "if_busy": "replace"}, ("if_busy", "needs a `slot`")),
        (
            "/batch",
            {"requests": [DOC]},
            ("requests[0].slot", "is not possible in a batch: send the request alone"),
        ),
    ],
)
def test_a_slot_is_for_a_request_that_is_sent_alone(
    user: User, path: str, body: Any, fault: tuple[str, str]
) -> None:
    answer = user.session.call("POST", f"/api/queue/enqueue{path}", body)

    assert answer.status == 422
    assert [(error["path"], error["message"]) for error in answer.body["errors"]] == [fault]
