"""Outcomes are pushed to a receiver: in order, signed, again and again; what users and services see of it."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

import pytest
from standardwebhooks import Webhook

from chalicelib.core.queueing.callback_calls import GIVE_UP_MS
from chalicelib.core.queueing.request import Status
from chalicelib.webhooks.signing import receiver_secret
from local_cloud.api_client import RefusedError, Session
from tests.answers.callback_service import KEYS, CallbackService, OutcomeReceiver
from tests.answers.service import Service
from tests.e2e.users import User

HOUR_MS = 3_600_000


@pytest.fixture
def receiver() -> Iterator[OutcomeReceiver]:
    with OutcomeReceiver() as receiver:
        yield receiver


@pytest.fixture
def service(receiver: OutcomeReceiver) -> CallbackService:
    return CallbackService(receiver.origin)


@pytest.fixture
def send(user: User, receiver: OutcomeReceiver) -> Callable[..., Any]:
    def send(type_: str = "echo", **more: Any) -> Any:
        order = {"type": type_, "callback": receiver.url, **more}
        return user.session.ask("POST", "/api/queue/enqueue", order)

    return send


def anew(service: Service, user: User) -> Session:
    """A new session: an access token is valid for minutes."""
    return service.api.sign_in(user.username, user.password)


def test_the_receiver_gets_what_dequeue_answers_and_whose_it_is(
    service: CallbackService, user: User, send: Callable[..., Any], receiver: OutcomeReceiver
) -> None:
    send(payload={"text": "x" * 2_000})
    service.work()
    service.call_back()

    [push] = receiver.pushes
    assert push.outcome == {**user.session.ask("GET", "/api/queue/dequeue"), "user": user.user_id}
    assert push.headers["webhook-id"] == f"{user.user_id}-1-outcome"
    secret = b64encode(receiver_secret(KEYS.all[KEYS.current], "127.0.0.1")).decode()
    assert Webhook(secret).verify(push.body, push.headers) == push.outcome


def test_when_all_wake_ups_are_lost_the_sweeper_wakes_the_caller_at_once(
    service: CallbackService, send: Callable[..., Any], receiver: OutcomeReceiver
) -> None:
    receiver.answer = lambda _: 500
    send(payload={})
    service.work()
    service.call_back(until_ms=1)  # it is to be called again later
    for message in service.fifo.messages():
        service.fifo.drop(message)

    service.container.queueing.sweep()
    assert service.fifo.messages() == []
    service.container.queueing.sweep(wake_ups_lost=True)

    assert len(service.fifo.messages()) == 1


def test_a_thousand_outcomes_of_twenty_users_arrive_in_order_though_a_third_of_the_calls_fails(
    service: CallbackService, admin: User, receiver: OutcomeReceiver
) -> None:
    receiver.answer = lambda number: 500 if crc32(b"%d" % number) % 3 == 0 else 200
    key = admin.session.ask("POST", "/api/admin/keys", {"name": "shop", "scopes": ["enqueue:*", "read"]})
    users = [f"user-{number}" for number in range(20)]
    for user in users:
        for _ in range(5):
            orders = [{"type": "echo", "callback": receiver.url, "payload": {"n": n}} for n in range(10)]
            path, bearer = f"/api/users/{user}/queue/enqueue/batch", {"Authorization": f"Bearer {key['key']}"}
            assert service.api.call("POST", path, {"requests": orders}, bearer).status == 202
    service.work()
    service.call_back()

    seen, ids = defaultdict[str, list[int]](list), set[str]()
    for push in receiver.accepted:
        if (id_ := push.headers["webhook-id"]) not in ids:  # otherwise it is the same outcome again
            ids.add(id_)
            seen[push.outcome["user"]].append(push.outcome["seq"])
    assert seen == {user: list(range(1, 51)) for user in users}
    assert 300 < len(receiver.pushes) - len(receiver.accepted) < 700


def test_whatever_ends_a_request_its_outcome_is_pushed(
    service: CallbackService, user: User, send: Callable[..., Any], receiver: OutcomeReceiver
) -> None:
    send("fail", payload={"times": 9}, max_attempts=1)
    send()
    user.session.ask("POST", "/api/queue/requests/2/cancel")
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo"})
    service.work()
    service.call_back()

    assert [(p.outcome["seq"], p.outcome["status"]) for p in receiver.pushes] == [
        (1, Status.FAILED),
        (2, Status.CANCELLED),
    ]


def test_a_receiver_that_is_down_keeps_its_place_and_delays_no_request(
    service: CallbackService, user: User, send: Callable[..., Any], receiver: OutcomeReceiver
) -> None:
    receiver.answer = lambda number: 503
    send()
    service.work()
    service.call_back(until_ms=HOUR_MS)
    send()
    service.work()

    later = anew(service, user)
    queue = later.queue()
    assert (queue["head"], queue["callbacks"]["first"], queue["callbacks"]["last"]) == (2, 1, 2)
    assert queue["callbacks"]["tries"] == len(receiver.pushes) > 8
    first, second = later.ask("GET", "/api/queue/callbacks")["callbacks"]
    assert (first["seq"], first["last_status"], first["url"]) == (1, 503, receiver.url)
    assert (second["seq"], second["tries"], second["next"]) == (2, 0, None)
    receiver.answer = lambda number: 200
    service.call_back()
    assert [push.outcome["seq"] for push in receiver.accepted] == [1, 2]
    assert later.queue()["callbacks"] is None


def test_what_fails_for_a_day_is_given_up_and_listed_and_can_be_replayed(
    service: CallbackService, user: User, send: Callable[..., Any], receiver: OutcomeReceiver
) -> None:
    receiver.answer = lambda number: 500
    send()
    send()
    service.work()
    service.call_back(until_ms=GIVE_UP_MS)
    assert anew(service, user).queue()["callbacks"]["first"] == 1

    service.call_back(until_ms=HOUR_MS)

    assert not service.is_owed
    later = anew(service, user)
    page = later.ask("GET", "/api/queue/callbacks?limit=1")
    rest = later.ask("GET", f"/api/queue/callbacks?after={page['next']}")
    listed = page["callbacks"] + rest["callbacks"]
    assert [(each["seq"], each["last_status"], each["next"]) for each in listed] == [
        (1, 500, None),
        (2, 500, None),
    ]
    assert all(each["given_up_at"] for each in listed)

    receiver.answer = lambda number: 200
    later.ask("POST", "/api/queue/callbacks/replay", {"from": 2})
    service.call_back()

    assert [push.outcome["seq"] for push in receiver.accepted] == [2]
    [left] = later.ask("GET", "/api/queue/callbacks")["callbacks"]
    assert left["seq"] == 1


def test_a_receiver_that_is_gone_is_called_once(
    service: CallbackService, user: User, send: Callable[..., Any], receiver: OutcomeReceiver
) -> None:
    receiver.answer = lambda number: 410
    send()
    service.work()
    service.call_back(until_ms=5_000)

    assert len(receiver.pushes) == 1
    [given_up] = user.session.ask("GET", "/api/queue/callbacks")["callbacks"]
    assert (given_up["last_status"], given_up["tries"]) == (410, 1)


def test_no_redirect_is_followed(
    service: CallbackService, user: User, send: Callable[..., Any], receiver: OutcomeReceiver
) -> None:
    receiver.answer = lambda number: 307 if number == 0 else 200
    send()
    service.work()
    service.call_back()

    assert [push.status for push in receiver.pushes] == [307, 200]
    assert user.session.ask("GET", "/api/queue/callbacks")["callbacks"] == []


def test_nothing_can_be_replayed_that_was_not_to_be_pushed(user: User, service: CallbackService) -> None:
    user.session.ask("POST", "/api/queue/enqueue", {"type": "echo"})
    service.work()

    with pytest.raises(RefusedError, match="nothing_to_replay"):
        user.session.ask("POST", "/api/queue/callbacks/replay", {"from": 1})


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://elsewhere.example/", "host_not_allowed"),
        ("not a url", "invalid_input"),
        ("ftp://hooks.example/", "invalid_input"),
    ],
)
@pytest.mark.parametrize("path", ["enqueue", "scheduled"])
def test_a_callback_to_another_host_is_refused(user: User, path: str, url: str, code: str) -> None:
    order = {"type": "echo", "callback": url}
    order |= {"enter_at": "2026-11-25T08:00:00Z"} if path == "scheduled" else {}

    answer = user.session.call("POST", f"/api/queue/{path}", order)

    assert (answer.status, answer.body["code"]) == (422, code)
    assert answer.body["errors"][0]["path"] == "callback"


def test_without_hosts_there_are_no_callbacks() -> None:
    user = Service().sign_up()

    answer = user.session.call(
        "POST", "/api/queue/enqueue", {"type": "echo", "callback": "https://a.example/"}
    )

    assert (answer.status, answer.body["code"]) == (422, "callbacks_off")
    assert "CallbackHosts" in answer.body["errors"][0]["message"]


def test_what_was_scheduled_is_pushed_too_and_a_retry_as_well(
    service: CallbackService, user: User, receiver: OutcomeReceiver
) -> None:
    order = {"type": "fail", "callback": receiver.url, "payload": {"times": 9}, "max_attempts": 1}
    scheduled = {**order, "enter_at": "2020-01-01T00:00:00Z"}
    assert user.session.ask("POST", "/api/queue/scheduled", scheduled)["callback"] == receiver.url
    service.work()
    user.session.ask("POST", "/api/queue/requests/1/retry")
    service.work()
    service.call_back()

    assert [push.outcome["seq"] for push in receiver.pushes] == [1, 2]
    assert user.session.ask("GET", "/api/queue/requests/2")["callback"] == receiver.url
