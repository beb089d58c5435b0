"""The present code reads what earlier releases have stored, and goes on with it."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.upgrade.scenario import KEY, NEW_PASSWORD, ORDERS
from tests.upgrade.stored import Item, Stored
from tests.upgrade.upgraded import Upgraded, as_before, outcomes

QUEUE = ("state", "tail", "head", "read", "depth", "counts", "average_seconds")
REQUEST = ("seq", "type", "status", "attempts", "result", "error")
MOVING = {"running", "waiting"}  # what was under way at that moment has ended meanwhile, by a crash
KEYS = {
    "AccountsTable": ("username",),
    "SessionsTable": ("session_id",),
    "QueuesTable": ("user_id",),
    "RequestsTable": ("user_id", "seq"),
    "IdempotencyTable": ("user_id", "key"),
    "AuditTable": ("month", "entry_id"),
}
SIGNED_OUT = {"closed", "disabled", "leaving"}


def key_of(item: Item, names: Sequence[str]) -> list[Any]:
    return [item[name] for name in names]


def test_everybody_finds_their_queue_as_it_was(upgraded: Upgraded, stored: Stored) -> None:
    assert len(stored.answers) > 10
    for name in stored.answers.keys() - MOVING:
        before, session = stored.answers[name], upgraded.sign_in(name)
        requests = session.ask("GET", "/api/queue/requests?limit=100")["requests"]
        before["queue"]["counts"].setdefault("expired", 0)  # release 0.1.0 has no such outcome

        assert as_before(session.queue(), QUEUE) == as_before(before["queue"], QUEUE), name
        assert [as_before(r, REQUEST) for r in requests] == [
            as_before(r, REQUEST) for r in before["requests"]
        ]


def test_everybody_stays_signed_in(upgraded: Upgraded, stored: Stored) -> None:
    refreshed = {
        name: upgraded.refresh(name).status for name, user in stored.users.items() if "refresh_token" in user
    }

    assert refreshed == {name: 401 if name in SIGNED_OUT else 200 for name in refreshed}


def test_what_may_run_is_carried_out_and_nothing_else(upgraded: Upgraded) -> None:
    expected = {
        "running": ["succeeded", "succeeded"],
        "waiting": ["succeeded", "succeeded"],
        "unfit": ["succeeded"],
        "scheduled": ["succeeded", "succeeded"],
        "halted": ["queued", "queued"],
        "paused": ["queued", "cancelled", "queued"],
        "held": ["queued", "cancelled", "queued"],
    }

    upgraded.sweep_and_work()

    assert {name: list(outcomes(upgraded.sign_in(name)).values()) for name in expected} == expected


def test_a_halted_queue_can_be_retried_and_skipped(upgraded: Upgraded) -> None:
    session = upgraded.sign_in("halted")
    session.ask("POST", "/api/queue/requests/1/retry")
    upgraded.work()
    assert session.queue()["state"] == "halted"
    assert session.request(1)["attempts"] == 2

    session.ask("POST", "/api/queue/requests/1/skip")
    upgraded.work()

    assert outcomes(session) == {1: "failed", 2: "succeeded"}


def test_a_paused_queue_resumes_and_runs_a_large_payload_that_is_part_of_its_request(
    upgraded: Upgraded,
) -> None:
    """As 0.1.0 stored all payloads."""
    session, text = upgraded.sign_in("paused"), "x" * 5_000
    first = upgraded.items("paused", "RequestsTable")[0]
    large = {**first, "type": {"S": "echo"}, "payload": {"S": json.dumps({"text": text})}}
    upgraded.cloud.put("RequestsTable", [large])

    session.ask("POST", "/api/queue/resume")
    upgraded.work()

    assert outcomes(session) == {1: "succeeded", 2: "cancelled", 3: "succeeded"}
    assert session.request(1)["result"] == {"text": text}


def test_only_an_administrator_ends_an_administrators_pause(upgraded: Upgraded, stored: Stored) -> None:
    session = upgraded.sign_in("held")
    refused = session.call("POST", "/api/queue/resume")
    assert (refused.status, refused.body["code"]) == (409, "paused_by_administrator")

    user_id = stored.users["held"]["user_id"]
    upgraded.sign_in("overseer").ask("POST", f"/api/admin/queues/{user_id}/resume")
    upgraded.work()

    assert outcomes(session) == {1: "succeeded", 2: "cancelled", 3: "succeeded"}


def test_a_request_that_has_failed_so_far_is_tried_on(upgraded: Upgraded, stored: Stored) -> None:
    session, before = upgraded.sign_in("retried"), stored.answers["retried"]["requests"][0]
    session.ask("POST", "/api/queue/resume")
    upgraded.work()

    request = session.request(1)
    assert (request["status"], request["attempts"] > before["attempts"]) == ("queued", True)


def test_a_key_still_stands_for_what_was_accepted_under_it(upgraded: Upgraded) -> None:
    session = upgraded.sign_in("busy")

    answer = session.call("POST", "/api/queue/enqueue/batch", ORDERS, KEY)
    other = session.call("POST", "/api/queue/enqueue/batch", {"requests": ORDERS["requests"][:1]}, KEY)

    assert answer.headers["Idempotency-Replayed"] == "true"
    assert [request["seq"] for request in answer.body["requests"]] == [4, 5, 6]
    assert other.body["code"] == "key_reused"


@pytest.mark.parametrize("name", ["busy", "closed"])
def test_outcomes_are_handed_out_from_the_place_where_it_stopped(
    upgraded: Upgraded, stored: Stored, name: str
) -> None:
    upgraded.sweep_and_work()
    session = upgraded.sign_in(name)
    before = stored.answers.get(name, {"queue": {"read": 0}})["queue"]["read"]
    shown = [seq for seq in outcomes(session) if seq > before]

    taken: list[Any] = [outcome["seq"] for outcome in iter(lambda: session.dequeue(wait=0), None)]

    assert taken == shown
    assert taken


def test_new_requests_follow_the_old_ones(upgraded: Upgraded, stored: Stored) -> None:
    session, tail = upgraded.sign_in("busy"), stored.answers["busy"]["queue"]["tail"]
    accepted = session.enqueue("echo", {"after": "the upgrade"})
    upgraded.work()

    assert accepted["seq"] == tail + 1
    assert session.request(tail + 1)["status"] == "succeeded"
    assert session.queue()["depth"] == 0


def test_accounts_have_the_standing_that_they_had(upgraded: Upgraded) -> None:
    assert [upgraded.try_sign_in(name) for name in ("disabled", "leaving", "never")] == [401, 401, 200]

    upgraded.sign_in("overseer").ask("POST", "/api/admin/accounts/disabled/enable")

    assert upgraded.try_sign_in("disabled") == 200


def test_a_deletion_that_had_begun_is_completed(upgraded: Upgraded, stored: Stored) -> None:
    leaving = [item["user_id"]["S"] for item in stored.items["QueuesTable"] if "leaving" in item]
    assert leaving == [stored.users["leaving"]["user_id"]]

    upgraded.sweep_and_work()

    assert not upgraded.items("leaving", "QueuesTable")
    assert not upgraded.items("leaving", "RequestsTable")


def test_administrators_read_on_in_the_audit_log(upgraded: Upgraded, stored: Stored) -> None:
    month = stored.items["AuditTable"][0]["month"]["S"]
    before = {item["entry_id"]["S"]: item["action"]["S"] for item in stored.items["AuditTable"]}

    entries = upgraded.sign_in("overseer").ask("GET", f"/api/admin/audit?month={month}&limit=100")["entries"]

    assert {entry["entry_id"]: entry["action"] for entry in entries}.items() >= before.items()
    assert len(before) >= 3


def test_what_is_stored_from_now_on_has_a_format(upgraded: Upgraded, stored: Stored) -> None:
    session = upgraded.sign_in("busy")
    session.ask("POST", "/api/queue/enqueue", {"type": "echo"}, {"Idempotency-Key": "new"})
    upgraded.cloud.api.register("newcomer", NEW_PASSWORD)
    upgraded.cloud.api.sign_in("newcomer", NEW_PASSWORD)
    upgraded.sign_in("overseer").ask("POST", "/api/admin/accounts/newcomer/disable")

    for table, keys in KEYS.items():
        before = [key_of(item, keys) for item in stored.items[table]]
        new = [item for item in upgraded.cloud.scan(table) if key_of(item, keys) not in before]
        new = [item for item in new if "tries" not in item]  # the counters of guesses have no format

        assert new, table
        assert all("v" in item for item in new), table


def test_what_an_old_release_has_marked_gets_a_moment_when_the_sweeper_looks(upgraded: Upgraded) -> None:
    def marks(name: str) -> set[str]:
        [item] = upgraded.items(name, "QueuesTable")
        return {"work", "shard", "look_at"} & item.keys()

    upgraded.sweep_and_work()

    assert marks("halted") == marks("paused") == {"shard", "look_at"}


def test_an_old_mark_goes_with_the_next_number(upgraded: Upgraded) -> None:
    session = upgraded.sign_in("paused")
    session.enqueue("echo", {"n": 1})

    [item] = upgraded.items("paused", "QueuesTable")
    assert ("work" in item, "look_at" in item) == (False, True)
