"""Clients of every make are watched: what a handler calls cannot slip past `Outside().watch`."""

import asyncio
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import partial, wraps
from typing import Any, Self
from unittest.mock import AsyncMock, MagicMock, Mock

import pytest

from gurukool import Request, handler
from gurukool.testing import NotOnceError, Outside, crash_everywhere, run


class RefusedError(Exception):
    """What the provider raises."""


class Payments:
    def __call__(self, cents: int) -> str:
        return self.create(cents)

    def create(self, cents: int) -> str:
        return f"paid {cents}"


def later(function: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that is not `async def`, as clients have them."""

    @wraps(function)
    def wrapper(*args: Any) -> Any:
        return function(*args)

    return wrapper


@dataclass
class Client:
    limit: int = 5
    currencies: list[str] = field(default_factory=lambda: ["EUR"])
    payments: Payments = field(default_factory=Payments)
    refused: type[RefusedError] = RefusedError
    make: type[Payments] = Payments

    def __post_init__(self) -> None:
        self.partly = partial(self.payments.create, 300)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.limit = 0

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    @contextmanager
    def session(self) -> Iterator[None]:
        yield

    @later
    async def charge(self, cents: int) -> str:
        return self.payments.create(cents)


class Later:
    async def __call__(self, cents: int) -> str:
        return f"paid {cents}"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def _entered(client: Any) -> None:
    async with client as entered:
        await entered(300)


def _with(client: Any) -> None:
    with client as entered:
        entered.payments.create(300)


WAYS: list[tuple[Any, Callable[[Any], Any], str]] = [
    (Client(), lambda client: client.payments.create(300), "Client.payments.create"),
    (Client(), lambda client: client.payments(300), "Client.payments"),
    (Client(), lambda client: client.partly(), "Client.partly"),
    (Client(), lambda client: client["payments"].create(300), "Client.create"),
    (Client(), _with, "Client.payments.create"),
    (Client(), lambda client: asyncio.run(client.charge(300)), "Client.charge"),
    (Payments(), lambda payments: payments(300), "Payments"),
    (Payments, lambda class_: class_().create(300), "Payments.create"),
    (Payments().create, lambda create: create(300), "create"),
    (Later(), lambda client: asyncio.run(client(300)), "Later"),
    (Later(), lambda client: asyncio.run(_entered(client)), "Later"),
    (Mock(), lambda client: client.charge(300), "Mock.charge"),
    (Mock(), lambda client: client.payments.create(300), "Mock.payments.create"),
    (Mock(spec=Client), lambda client: client.session(), "Mock.session"),
    (MagicMock(), lambda client: client["payments"].create(300), "MagicMock.create"),
    (AsyncMock(), lambda client: asyncio.run(client.charge(300)), "AsyncMock.charge"),
    (
        types.SimpleNamespace(a=Client()),
        lambda n: n.a.payments.create(300),
        "SimpleNamespace.a.payments.create",
    ),
    (types.ModuleType("stripe"), lambda stripe: stripe.pay.create(300), "stripe.pay.create"),
]


@pytest.mark.parametrize(("client", "use", "name"), WAYS, ids=[name for *_, name in WAYS])
def test_a_call_by_whatever_way_is_found_twice(client: Any, use: Callable[[Any], Any], name: str) -> None:
    if isinstance(client, types.ModuleType):
        client.pay = Payments()  # type: ignore[attr-defined]
    watched = Outside().watch(client)

    @handler("pay")
    def pay(payload: Any, request: Request) -> None:
        use(watched)
        request.step("note", lambda: None)

    with pytest.raises(NotOnceError) as found:
        crash_everywhere(pay)

    assert found.value.findings[0].what == f"{name} happens twice, and not once"


def test_apart_from_that_it_is_the_object_itself() -> None:
    target, outside = Client(), Outside()
    client = outside.watch(target)

    client.limit += 2
    assert (target.limit, client.limit, client.currencies, client.refused) == (7, 7, ["EUR"], RefusedError)
    assert isinstance(client, Client)
    assert client == target
    assert client.payments is not target.payments
    assert client.payments == client.payments
    assert not callable(client)
    assert callable(client.payments)
    assert repr(client) == repr(target)
    with pytest.raises(AttributeError, match="nothing"):
        client.nothing  # type: ignore[attr-defined]  # noqa: B018
    del client.limit
    assert target.limit == Client.limit
    assert outside.calls == []


def test_a_mock_that_is_watched_can_be_told_what_to_do() -> None:
    client = Outside().watch(Mock())
    client.charge.return_value = 5
    client.refund.side_effect = RefusedError

    assert client.charge(300) == 5
    with pytest.raises(RefusedError):
        client.refund()


def test_a_mock_may_recognise_keys() -> None:
    client, outside = Mock(**{"charge.side_effect": [1, 2]}), Outside()
    watched = outside.watch(client, key="key")

    @handler("pay")
    def pay(payload: Any, request: Request) -> int:
        answer: int = watched.charge(300, key=request.key("charge"))
        if request.attempts == 1:
            raise ValueError
        return answer

    assert (run(pay).result, len(outside.calls)) == (1, 2)
    watched.charge.side_effect, watched.charge.return_value = None, 3
    crash_everywhere(pay)


class Currency(Enum):
    EUR = "EUR"


@dataclass
class Config:
    currency: Currency = Currency.EUR
    limits: tuple[int, ...] = (5, 300)


@dataclass
class Provider:
    payments: Payments = field(default_factory=Payments)
    config: Config = field(default_factory=Config)
    types: Any = field(
        default_factory=lambda: types.SimpleNamespace(Currency=Currency, Config=Config, Token=Payments)
    )


def test_data_of_a_watched_object_is_handed_over_as_it_is() -> None:
    provider = Outside().watch(Provider())

    @handler("limits")
    def limits(payload: Any) -> Config:
        return provider.config

    assert run(limits).result == {"currency": "EUR", "limits": [5, 300]}


def test_classes_of_data_are_no_clients() -> None:
    provider = Outside().watch(Provider(), key="key")

    @handler("pay")
    def pay(payload: Any, request: Request) -> str:
        assert provider.types.Config().currency is provider.types.Currency.EUR
        return request.step("pay", lambda: provider.payments.create(300))

    with pytest.raises(NotOnceError, match=r"Provider\.payments\.create happens twice"):
        crash_everywhere(pay)


def test_a_client_that_is_made_of_a_class_of_the_watched_one_is_refused() -> None:
    other, client = Outside(), Outside().watch(Client())
    note = other.call("note", lambda key: None, key="key")

    @handler("pay")
    def pay(payload: Any, request: Request) -> str:
        note(request.key("note"))
        return client.make().create(300)

    with pytest.raises(ValueError, match=r"used Client\.make, a class, and no call of Client was seen"):
        crash_everywhere(pay)
