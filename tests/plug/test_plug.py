"""Every process of the local cloud is killed while users work, several times, and it is started again.

localstack/run -m pytest tests/plug            two pulls
PLUG_USERS=20 PLUG_ROUNDS=20 …                 as `make soak` has it
"""

from itertools import pairwise

from local_cloud.api_client import Api
from tests.e2e.users import User
from tests.plug.conftest import Bank
from tests.plug.ledgers import Ledger, balances_by, was_given_up


def test_nothing_is_lost_and_the_books_are_exact(bank: Bank, ledgers: list[Ledger]) -> None:
    interrupted = given_up = total = 0
    for ledger in ledgers:
        assert ledger.failed == []
        requests = ledger.settled()

        assert requests.keys() == ledger.accepted.keys()
        assert bank.balances(ledger.user_id) == balances_by(requests, ledger.accepted)
        assert all(
            a["finished_at"] <= b["started_at"] for a, b in pairwise(requests.values()) if b["started_at"]
        )

        total += len(requests)
        interrupted += sum(request["attempts"] > 1 for request in requests.values())
        given_up += sum(map(was_given_up, requests.values()))
    print(f"{total} requests, {interrupted} interrupted, {given_up} given up; starts: {bank.seconds} s")


def test_the_stack_is_the_same_afterwards(bank: Bank, ledgers: list[Ledger]) -> None:
    assert all(outputs == bank.outputs[0] for outputs in bank.outputs)
    assert all(secrets == bank.secrets[0] for secrets in bank.secrets)
    assert bank.secrets[0]


def test_sessions_and_accounts_outlive_it(bank: Bank, customer: User, ledgers: list[Ledger]) -> None:
    assert customer.session.queue()["tail"] == 0
    with Api(bank.emulator.api_url) as api:
        assert api.sign_in(customer.username, customer.password).queue()["tail"] == 0
