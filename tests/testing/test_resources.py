"""Effects and other writes to an application's tables, in memory."""

from collections.abc import Iterator

import pytest
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from gurukool import Effects, Request, Resources, UndeclaredError, handler, testing
from gurukool.testing import Error, NotOnceError, crash_everywhere, run
from gurukool.testing.memory import PresentResources

MAILS = "https://sqs.us-east-1.amazonaws.com/123456789012/mails"  # moto's account


class Balance(Model):
    account = UnicodeAttribute(hash_key=True)
    cents = NumberAttribute()


@handler("pay", max_attempts=2)
def pay(payload: int, request: Request, effects: Effects) -> int:
    balances = effects.table(Balance, "Balances")
    left = balances.get(request.user_id, consistent_read=True).cents
    effects.update(balances(request.user_id), [balances.cents.add(-payload)], balances.cents >= payload)
    return int(left) - payload


def bound(resources: Resources) -> type[Balance]:
    return resources.table("Balances").bind(Balance)


def open_account(resources: Resources) -> None:
    bound(resources)("ada", cents=100).save()


@pytest.fixture
def balances() -> Iterator[type[Balance]]:
    with testing.resources(Balances=Balance) as resources:
        open_account(resources)
        yield bound(resources)


def test_effects_are_written_with_the_outcome(balances: type[Balance]) -> None:
    outcome = run(pay, 30, user="ada")

    assert outcome.result == 70
    assert balances.get("ada").cents == 70


def test_an_effect_whose_condition_does_not_hold_fails_the_attempt(balances: type[Balance]) -> None:
    outcome = run(pay, 130, user="ada")

    assert (outcome.status, outcome.attempts) == ("failed", 2)
    assert outcome.error == Error("conflict", "The effects could not be written: ConditionalCheckFailed.")
    assert balances.get("ada").cents == 100


def test_each_block_begins_with_empty_tables() -> None:
    for _ in range(2):
        with testing.resources(Balances=Balance) as resources:
            assert list(bound(resources).scan()) == []
            open_account(resources)
            with testing.resources(Balances=Balance) as others:
                assert list(bound(others).scan()) == []


def test_a_table_that_the_test_does_not_declare_is_named(balances: type[Balance]) -> None:
    with pytest.raises(UndeclaredError, match=r"no table 'Balance'\. Declared in this test: Balances\."):
        Effects(PresentResources()).table(Balance, "Balance")


def test_effects_without_tables_are_a_mistake_of_the_test() -> None:
    with testing.resources(Balances=Balance) as resources:
        item = bound(resources)("ada", cents=100)

    @handler("save")
    def save(payload: int, effects: Effects) -> None:
        effects.save(item)

    with pytest.raises(RuntimeError, match="Give it its tables"):
        run(save, 1)


def test_effects_survive_every_crash() -> None:
    survived = crash_everywhere(pay, 30, user="ada", resources={"Balances": Balance}, setup=open_account)

    assert survived.events == [
        "attempt 1 begins",
        "effect noted: Update Balances",
        "the outcome is written: succeeded, together with 1 effect",
        "the queue is drained",
    ]


def test_a_write_beside_the_effects_is_found() -> None:
    @handler("pay")
    def pay(payload: int, request: Request) -> None:
        balances = request.resources.table("Balances").bind(Balance)
        balances(request.user_id).update([balances.cents.add(-payload)])

    with pytest.raises(NotOnceError) as caught:
        crash_everywhere(pay, 30, user="ada", resources={"Balances": Balance}, setup=open_account)

    (finding,) = caught.value.findings
    assert finding.what == (
        "in Balances, ada is {'account': 'ada', 'cents': '40'}, and not {'account': 'ada', 'cents': '70'}"
    )
    assert finding.place
    assert finding.place.function == "pay"
    assert finding.after == "written at once: UpdateItem Balances"
    assert finding.before == "the outcome is written: succeeded"


def test_a_write_that_can_be_repeated_is_no_finding() -> None:
    @handler("set")
    def set_balance(payload: int, request: Request) -> None:
        request.resources.table("Balances").bind(Balance)(request.user_id, cents=payload).save()

    survived = crash_everywhere(set_balance, 30, resources={"Balances": Balance})

    assert "written at once: PutItem Balances" in survived.events


def test_a_message_that_is_sent_twice_is_found() -> None:
    def make_queue(resources: Resources) -> None:
        resources.client("sqs").create_queue(QueueName="mails")

    @handler("mail")
    def mail(payload: str, request: Request) -> None:
        address = request.resources.name("mails")
        request.resources.client("sqs").send_message(QueueUrl=address, MessageBody=payload)

    with pytest.raises(NotOnceError, match=r"sqs\.SendMessage happens twice"):
        crash_everywhere(mail, "hello", resources={"mails": MAILS}, setup=make_queue)
