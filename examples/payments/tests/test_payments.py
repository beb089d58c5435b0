"""No step of a payment is called again once its result is stored."""

from typing import Any

import pytest

from gurukool import testing
from gurukool.testing import Outside, crash_everywhere, run
from handlers import payments
from handlers.payments import Payment, pay
from handlers.provider import Provider, ProviderCall

TABLES = {"calls": ProviderCall}
PAYMENT = Payment("A-7", 500)


def test_a_payment_has_three_steps() -> None:
    with testing.resources(**TABLES) as resources:
        outcome = run(pay, PAYMENT, user="ada")
        calls = resources.table("calls").bind(ProviderCall)
        called = {item.key: int(item.times) for item in calls.scan()}

    assert called == {"ada/1/reserve": 1, "ada/1/charge": 1, "ada/1/confirm": 1}
    assert outcome.result["charged"] == "receipt ada/1/charge"


def test_no_crash_charges_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    def watched(resources: Any) -> Any:
        return Outside().watch(Provider(resources), name="Provider", key="key")

    monkeypatch.setattr(payments, "Provider", watched)

    survived = crash_everywhere(pay, PAYMENT, resources=TABLES)

    assert "step stored: charge" in survived.events
