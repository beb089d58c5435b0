"""What a handler may enqueue, and what fails its attempt."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.adapters.dynamodb.effects import Effects as DynamoEffects
from chalicelib.adapters.runtime.follow_ups import FollowUps
from chalicelib.adapters.runtime.runner import carry_out
from chalicelib.core.errors import FieldError, InvalidInputError
from chalicelib.core.queueing.application import Application
from chalicelib.core.queueing.attempt import Ran, Result, Taken
from chalicelib.core.queueing.entry import Entry, entry_id
from chalicelib.core.queueing.handler import handler
from chalicelib.core.queueing.policy import HandlerError
from chalicelib.core.queueing.registry import Registry
from chalicelib.core.queueing.request import Failure, Follows, Request, Status
from chalicelib.webhooks.allowed_hosts import AllowedHosts
from chalicelib.webhooks.callback_urls import require_allowed
from gurukool import Effects

BEGUN = 1_800_000_000_000
ORIGIN = Request("ada", 7, "order", "null", Status.RUNNING, enqueued_at=0, attempts=1, started_at=BEGUN)
TOKEN = "5f" * 8


class Mail(msgspec.Struct):
    to: str


def check(payload: Mail) -> None:
    if payload.to == "nobody":
        raise InvalidInputError.listing(FieldError("payload.to", "is nobody"))


@handler("mail", check=check)
def mail(payload: Mail) -> None: ...


@handler("order")
def order(payload: Any, effects: Effects) -> str:
    effects.enqueue(**payload)
    return "ordered"


HANDLERS = Registry.of(mail, order)
HOSTS = AllowedHosts.parse("shop.example")
APPLICATION = Application(require_callback=lambda url, path: require_allowed(url, HOSTS, path))


def enqueue(user_id: Any = "ada", type_: str = "mail", payload: Any = None, **options: Any) -> Entry:
    wishes = dict.fromkeys(("max_attempts", "on_failure", "enter_at", "not_before", "callback")) | options
    made = FollowUps(ORIGIN, HANDLERS, APPLICATION, lambda: TOKEN)
    return made(user_id, type_, Mail("bob") if payload is None else payload, number=3, **wishes)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(BEGUN / 1000, UTC) + timedelta(seconds=seconds)


def test_a_follow_up_is_due_since_its_origin_began_and_knows_it() -> None:
    assert enqueue() == Entry(
        user_id="ada",
        id=entry_id(BEGUN, TOKEN, 3),
        enter_at=BEGUN,
        type="mail",
        payload='{"to":"bob"}',
        created_at=BEGUN,
        follows=Follows("ada", 7),
    )


def test_a_follow_up_may_have_what_a_scheduled_request_may() -> None:
    options: dict[str, Any] = {
        "max_attempts": 1,
        "on_failure": "halt",
        "enter_at": at(60),
        "not_before": at(90),
        "callback": "https://shop.example/outcomes",
    }
    entry = enqueue("bob:chat-7", payload={"to": "bob"}, **options)

    assert (entry.user_id, entry.enter_at, entry.not_before) == ("bob:chat-7", BEGUN + 60_000, BEGUN + 90_000)
    assert (entry.max_attempts, entry.on_failure) == (1, "halt")
    assert entry.callback == "https://shop.example/outcomes"


def test_follow_ups_of_several_threads_have_ids_of_their_own() -> None:
    both = threading.Barrier(2, timeout=30)

    def new_entry(*_: object, number: int, **__: object) -> Entry:
        both.wait()  # each has its number before the other one's follow-up is noted
        return replace(enqueue(), id=entry_id(BEGUN, TOKEN, number))

    effects = DynamoEffects(new_entry=new_entry)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(effects.enqueue, "ada", "mail") for _ in range(2)]:
            done.result()

    assert len({write.id for write in effects.writes if isinstance(write, Entry)}) == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"user_id": "two words"}, "neither an account's id nor a name"),
        ({"user_id": None}, "neither an account's id nor a name"),
        ({"type_": "post"}, "there is no handler for 'post'; known are mail, order"),
        ({"payload": {}}, "mail does not take this payload: payload.to is missing"),
        ({"payload": {"to": "nobody"}}, "mail does not take this payload: payload.to is nobody"),
        ({"payload": object()}, "the payload cannot be expressed in JSON"),
        ({"payload": {"x": float("nan")}}, "the payload contains NaN or infinity, which JSON cannot express"),
        ({"payload": {"to": "x" * 128 * 1024}}, "the payload is larger than 128 KiB"),
        ({"max_attempts": 0}, "max_attempts must be from 1 to 100"),
        ({"on_failure": "stop"}, "on_failure must be one of skip, halt"),
        ({"enter_at": at(0).replace(tzinfo=None)}, "enter_at must be a datetime with a time zone"),
        ({"not_before": 5}, "not_before must be a datetime with a time zone"),
        ({"enter_at": at(367 * 24 * 3600)}, "at most 366 days ahead"),
        (
            {"callback": "https://elsewhere.example/"},
            "callback: https://elsewhere.example is not an allowed host",
        ),
        ({"callback": "shop.example"}, "callback: must be like https://host/path"),
        ({"callback": "https://shop.example/" + "x" * 500}, "callback must have 1 to 512 characters"),
        ({"callback": 7}, "callback must have 1 to 512 characters"),
    ],
)
def test_what_cannot_be_enqueued_fails_the_attempt_and_says_why(arguments: Any, why: str) -> None:
    with pytest.raises(HandlerError, match=r"^effects\.enqueue: ") as raised:
        enqueue(**arguments)

    assert why in str(raised.value)


def test_without_hosts_a_follow_up_has_no_callback() -> None:
    made = FollowUps(ORIGIN, HANDLERS, Application())
    effects = Effects(None, made)

    with pytest.raises(HandlerError, match="callback: is not possible: there are no callbacks here"):
        effects.enqueue("ada", "mail", Mail("bob"), callback="https://shop.example/")


def run(payload: Any) -> Ran:
    found = HANDLERS.get("order")
    assert found is not None
    return carry_out(found, ORIGIN, Taken(payload), Application(), handlers=HANDLERS)


def test_a_handler_enqueues_through_its_effects() -> None:
    ran = run({"user_id": "bob", "type_": "mail", "payload": {"to": "bob"}})

    assert isinstance(ran, Result)
    (entry,) = ran.effects
    assert isinstance(entry, Entry)
    assert (entry.user_id, entry.follows) == ("bob", Follows("ada", 7))


def test_an_attempt_that_enqueues_what_nobody_takes_has_failed() -> None:
    ran = run({"user_id": "bob", "type_": "post"})

    assert isinstance(ran, Failure)
    assert (ran.kind, "no handler for 'post'" in ran.message) == ("error", True)


def test_follow_ups_have_a_limit_together() -> None:
    effects = Effects(None, FollowUps(ORIGIN, HANDLERS, Application()))
    large = {"to": "x" * 127 * 1024}

    for _ in range(24):
        effects.enqueue("ada", "mail", large)

    with pytest.raises(HandlerError, match="3072 KiB of payloads together"):
        effects.enqueue("ada", "mail", large)
