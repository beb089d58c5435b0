"""Each example does on the real stack what its README says."""

from http import HTTPStatus
from typing import Any

from tests.e2e.users import User
from tests.examples.conftest import HOST, ExamplesStack


def send(user: User, *requests: tuple[str, Any]) -> list[dict[str, Any]]:
    """The outcomes of requests that are sent in one call."""
    batch = {"requests": [{"type": type_, "payload": payload} for type_, payload in requests]}
    accepted = user.session.ask("POST", "/api/queue/enqueue/batch", batch)
    return [dict(user.session.request(request["seq"], wait=20)) for request in accepted["requests"]]


def transfer(cents: int) -> tuple[str, Any]:
    return "transfer", {"source": "checking", "target": "savings", "cents": cents}


def test_the_ledger_moves_money_and_halts_while_its_books_are_wrong(
    deployed: ExamplesStack, user: User
) -> None:
    outcomes = send(
        user,
        ("deposit", {"account": "checking", "cents": 500}),
        ("deposit", {"account": "savings", "cents": 1}),
        transfer(200),
        transfer(400),
        ("audit", {"period": "2026-11"}),
    )
    assert [outcome["status"] for outcome in outcomes] == ["succeeded"] * 3 + ["failed", "succeeded"]
    assert outcomes[2]["result"] == {"left": 300}
    assert outcomes[3]["error"]["message"] == "There is not enough money in the account."
    assert outcomes[4]["result"] == {"period": "2026-11", "accounts": 2, "cents": 501}
    too_large = {"type": "transfer", "payload": transfer(1_001)[1]}
    refused = user.session.call("POST", "/api/queue/enqueue", too_large)
    assert (refused.status, refused.body["errors"][0]["path"]) == (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "payload.cents",
    )

    _take_beside_the_queue(deployed, user, cents=1)
    seq = user.session.enqueue("audit", {"period": "2026-12"})["seq"]
    _wait_until_halted(user, seq)
    _take_beside_the_queue(deployed, user, cents=-1)
    user.session.ask("POST", f"/api/queue/requests/{seq}/retry")
    assert user.session.request(seq, wait=20)["status"] == "succeeded"


def _wait_until_halted(user: User, seq: int) -> None:
    for _ in range(60):
        if user.session.queue()["state"] == "halted":
            return
        assert user.session.request(seq, wait=1)["status"] in ("queued", "running")
    raise AssertionError("the queue does not halt")


def _take_beside_the_queue(deployed: ExamplesStack, user: User, cents: int) -> None:
    deployed.emulator.client("dynamodb").update_item(
        TableName=deployed.outputs["AppBalancesName"],
        Key={"user_id": {"S": user.user_id}, "account": {"S": "checking"}},
        UpdateExpression="ADD cents :cents",
        ExpressionAttributeValues={":cents": {"N": str(-cents)}},
    )


def test_the_receiver_hears_of_each_change_once_and_in_order(
    deployed: ExamplesStack, user: User, inbox: Any
) -> None:
    url = f"http://{HOST}:{deployed.receiver_port}/orders"
    changes = [
        ("order.place", {"number": 7, "item": "a bicycle"}),
        ("order.advance", {"number": 7, "state": "paid"}),
        ("order.advance", {"number": 7, "state": "shipped"}),
    ]
    told = [{"order": 7, "state": state} for state in ("placed", "paid", "shipped")]
    deliveries = [("http", {"url": url, "body": event}) for event in told]

    both = [request for pair in zip(changes, deliveries, strict=True) for request in pair]
    outcomes = send(user, *both)

    assert [outcome["status"] for outcome in outcomes] == ["succeeded"] * 6
    assert [outcome["attempts"] for outcome in outcomes] == [1, 1, 1, 2, 1, 2]
    assert inbox.processed == told


def test_the_assistant_answers_each_turn_with_all_before_it(user: User) -> None:
    outcomes = send(user, *(("chat", {"text": text}) for text in ("Hello", "How are you?")))

    assert [outcome["result"] for outcome in outcomes] == [
        {"text": 'You say "Hello". We have not met.', "turns": 0},
        {"text": 'You say "How are you?". Before that you said "Hello".', "turns": 1},
    ]
